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
  room = await openRoom({ dataDir });
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

/** The room's dead letters, without their payloads. */
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

test('an asynchronous event that fails at every attempt is kept as a dead letter, and the room keeps working', async () => {
  const failing = ['Notices', 'Fanout', 'Sweeper', 'Files'];
  room.local.faults.beforeDynamoDb = (call) =>
    failing.some((name) => call.function.startsWith(name)) ? 'before' : undefined;
  const recording = room.local.calls.record();
  const failures = (name: string) =>
    recording.invocations.filter((run) => run.error !== undefined && run.function.startsWith(name)).length;
  const facebook = await room.enter('facebook');
  const google = await room.enter('Google');
  await invokeLater('Fanout', { to: 'nobody' });
  // The schedule invokes the other functions every minute. Each event has all of its configured attempts before it expires.
  const kept = async () =>
    Object.fromEntries(
      (await letters()).map(({ functionArn, condition, approximateInvokeCount }) => [
        failing.find((name) => functionArn.includes(`-${name}`)),
        `${condition} ${approximateInvokeCount}`,
      ]),
    );
  // A retry comes a minute after the first attempt, and two after the second.
  for (const [seconds, attempts] of [
    [60, { Notices: 1, Fanout: 1, Sweeper: 1, Files: 1 }],
    [60, { Fanout: 2, Files: 3 }],
    [120, {}],
  ] as const) {
    room.local.clock.forward(seconds * 1000);
    for (const [name, count] of Object.entries(attempts)) {
      await expect.poll(() => failures(name)).toBeGreaterThanOrEqual(count);
    }
  }
  await expect.poll(kept).toEqual({
    Notices: 'RetriesExhausted 1',
    Fanout: 'RetriesExhausted 2',
    Sweeper: 'RetriesExhausted 1',
    Files: 'RetriesExhausted 3',
  });
  recording.stop();
  room.local.faults.reset();
  await facebook.get('message', { to: 'Google', text: 'still here' });
  expect(await google.event('message')).toMatchObject({ text: 'still here' });
});
