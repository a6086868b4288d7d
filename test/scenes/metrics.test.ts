import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { metricsNamespace } from '../../functions/aws/names.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

interface Figures {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly { readonly Namespace: string; readonly Dimensions: unknown }[];
  };
  readonly service: string;
  readonly [metric: string]: unknown;
}

/** The lines in the embedded metric format that functions write during an action. */
async function figuresOf(act: () => Promise<unknown>): Promise<Figures[]> {
  const lines: string[] = [];
  const stop = room.local.lambdaLogs.subscribe(({ text }) => void (text.includes('"_aws"') && lines.push(text)));
  try {
    await act();
  } finally {
    stop();
  }
  return lines.map((line) => JSON.parse(line) as Figures);
}

const sweep = () => room.local.invoke('Sweeper', {});

test('the sweeper writes the number of users online as a metric of this room', async () => {
  const clients = [await room.enter('facebook'), await room.enter('Google')];
  const [first] = await figuresOf(sweep);
  expect(first).toMatchObject({
    service: room.local.stack.target.stackName,
    PeopleOnline: 2,
    _aws: { CloudWatchMetrics: [{ Namespace: metricsNamespace, Dimensions: [['service']] }] },
  });
  await Promise.all(clients.map((client) => client.close()));
});

test('the sweeper writes the drift of the count when it was wrong', async () => {
  const client = await room.enter('Columbia');
  await expect.poll(async () => (await room.database.presence()).length).toBe(1);
  // The first login started a sweeper. Once this run has ended, that one has compared the count, too.
  await sweep();
  await room.database.falsifyCount(4);
  const figures = await figuresOf(sweep);
  expect(figures.filter((one) => 'CountDrift' in one)).toMatchObject([{ CountDrift: 3 }]);
  expect((await figuresOf(sweep)).filter((one) => 'CountDrift' in one)).toEqual([]);
  await client.close();
});

test('a post that fails at every attempt is counted, and its message is kept', async () => {
  const [speaker, listener] = [await room.enter('facebook'), await room.enter('listener')];
  room.local.faults.beforePost = ({ data }) => (data.includes('given up on') ? 500 : undefined);
  onTestFinished(() => room.local.faults.reset());
  const figures = await figuresOf(async () => {
    const recording = room.local.calls.record();
    await speaker.get('message', { to: 'listener', text: 'given up on' });
    const retries = () => recording.invocations.filter((one) => one.function.startsWith('Fanout')).length;
    await expect.poll(retries).toBe(2);
    recording.stop();
  });
  expect(figures.filter((one) => 'PostsGivenUp' in one)).toMatchObject([{ PostsGivenUp: 1 }]);
  expect(listener.events('message')).toEqual([]);
  expect(await listener.get('sync', {})).toMatchObject({ messages: [{ text: 'given up on' }] });
  for (const client of [speaker, listener]) await client.close();
});

test('a command writes no metric', async () => {
  const figures = await figuresOf(async () => {
    const client = await room.enter('SEAS');
    await client.get('broadcast', { text: 'hello' });
    await client.get('logout', {});
    await client.closed;
  });
  // The schedule may have fired in the meantime.
  expect(figures.filter((one) => !('PeopleOnline' in one))).toEqual([]);
});
