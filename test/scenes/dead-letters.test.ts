import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let dataDir: string;
let room: SceneRoom;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chat-letters-'));
  // The minutes after which functions are tried again are 3 s and 6 s here, and the age at which the notices' events are given up is 9 s.
  room = await openRoom({ speed: 20, dataDir });
});
afterAll(async () => {
  await room.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface Letter {
  readonly functionArn: string;
  readonly condition: string;
  readonly approximateInvokeCount: number;
}

/** The letters that the room keeps, without what was in them. */
async function letters(): Promise<Letter[]> {
  const lines = await readFile(join(dataDir, 'dead-letters.jsonl'), 'utf8').catch(() => '');
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { message: { requestContext: Letter } }).message.requestContext);
}

/** Queues an asynchronous invocation, as a function of the room does. */
async function invokeLater(name: string, payload: unknown): Promise<void> {
  const { region, credentials, origin: endpoint, stack } = room.local;
  const FunctionName = stack.functions.find(({ logicalId }) => logicalId.startsWith(name))?.name;
  const lambda = new LambdaClient({ region, credentials, endpoint });
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(payload) }));
  lambda.destroy();
}

test('what nobody waits for and what fails at every attempt is kept, and the room goes on', async () => {
  const failing = ['Notices', 'Fanout', 'Sweeper', 'Files'];
  room.local.faults.beforeDynamoDb = (call) =>
    failing.some((name) => call.function.startsWith(name)) ? 'before' : undefined;
  const facebook = await room.enter('facebook');
  const google = await room.enter('Google');
  await invokeLater('Fanout', { to: 'nobody' });
  // The schedule starts the others by itself. Each event was tried as often as was decided: none was too old by then.
  const kept = async () =>
    Object.fromEntries(
      (await letters()).map(({ functionArn, condition, approximateInvokeCount }) => [
        failing.find((name) => functionArn.includes(`-${name}`)),
        `${condition} ${approximateInvokeCount}`,
      ]),
    );
  await expect.poll(kept, { timeout: 50_000, interval: 200 }).toEqual({
    Notices: 'RetriesExhausted 1',
    Fanout: 'RetriesExhausted 2',
    Sweeper: 'RetriesExhausted 1',
    Files: 'RetriesExhausted 3',
  });
  room.local.faults.reset();
  await facebook.get('message', { to: 'Google', text: 'still here' });
  expect(await google.event('message')).toMatchObject({ text: 'still here' });
});
