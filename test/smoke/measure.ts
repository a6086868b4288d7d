import type { SmokeRoom } from './smoke-room.ts';

/** Requests that can be repeated as often as wanted. The checks themselves time the others. */
const repeatable = ['message', 'broadcast', 'whoelse', 'wholasthr', 'blocklist', 'history', 'sync', 'fileget'] as const;

/**
 * Sends each of these requests until it has been timed this many times, and times heartbeats and the way of a message from its sender
 * to its recipient.
 */
export async function measureLatencies(room: SmokeRoom, times: number): Promise<void> {
  const { latencies } = room;
  const [sender, recipient, , { name: to }] = await room.enterBoth();
  const text = 'smoke test';
  const args = { message: { to, text }, broadcast: { text }, history: { stream: 'room', limit: 20 } } as const;
  for (const action of repeatable) {
    while (latencies.count(action) < times) {
      await room.get(sender, action, action in args ? args[action as keyof typeof args] : {});
    }
  }
  while (latencies.count('ping') < times) {
    await latencies.measure('ping', async () => {
      sender.send({ action: 'ping' });
      await sender.next(({ type }) => type === 'pong', 'the pong');
    });
  }
  while (latencies.count('message to its recipient') < times) {
    await latencies.measure('message to its recipient', async () => {
      const id = sender.say('message', { to, text });
      await recipient.event('message', { id });
    });
  }
  await room.closeAll();
}
