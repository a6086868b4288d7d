import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  // A minute, in which functions are tried again, is a second here.
  room = await openRoom({ speed: 60 });
});
afterAll(() => room.close());

test('what nobody waits for and what fails at every attempt is kept, and the room goes on', async () => {
  const failing = ['Fanout', 'Sweeper', 'Files'];
  const recording = room.local.calls.record();
  room.local.faults.beforeDynamoDb = (call) =>
    failing.some((name) => call.function.startsWith(name)) ? 'before' : undefined;
  const facebook = await room.enter('facebook');
  const google = await room.enter('Google');
  // The schedule starts the others by itself.
  const kept = () => {
    const calls = recording.calls.filter(({ service, operation }) => service === 'sqs' && operation === 'SendMessage');
    return failing.filter((name) => calls.some((call) => call.function.startsWith(name)));
  };
  await expect.poll(kept, { timeout: 50_000, interval: 200 }).toEqual(failing);
  room.local.faults.reset();
  recording.stop();
  await facebook.get('message', { to: 'Google', text: 'still here' });
  expect(await google.event('message')).toMatchObject({ text: 'still here' });
});
