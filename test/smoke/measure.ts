import type { SmokeRoom } from './smoke-room.ts';

/** Requests that can be repeated as often as wanted. The checks themselves time the others. */
const repeatable = ['message', 'broadcast', 'whoelse', 'wholasthr', 'blocklist', 'history', 'sync', 'fileget'] as const;

const delivery = 'message, until answered and received';

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
  while (latencies.count(delivery) < times) {
    const start = performance.now();
    const reply = await sender.ask('message', { to, text });
    if (reply.ok) {
      await recipient.event('message', { seq: reply.seq });
      latencies.add(delivery, performance.now() - start);
    } else await room.waitOutLimit(reply.error);
  }
  await room.closeAll();
}
