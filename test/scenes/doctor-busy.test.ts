import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { examine, type Finding } from '../harness/doctor.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password } from '../harness/room.ts';

test('in a busy healthy room nothing is found, and a repair changes nothing', async () => {
  const room = await openRoom();
  onTestFinished(() => room.close());
  const { calls, faults } = room.local;
  // From the end of a connection to its `$disconnect`, the tables and API Gateway do not agree.
  faults.disconnect = { drop: 0, late: 1, delayMs: 700, double: 0 };
  // The connection that registers the users is the first.
  let ended = 1;
  let handled = 0;
  const unsubscribe = calls.subscribe((entry) => {
    if (entry.kind === 'invocation' && entry.trigger.eventType === 'DISCONNECT') handled += 1;
  });
  onTestFinished(unsubscribe);

  let settled: Promise<unknown> = Promise.resolve();
  /** Ends a connection, but not while the doctor waits for the ends before. */
  const end = async (client: RawClient, round: number) => {
    await settled;
    ended += 1;
    if (round % 3 === 0) await client.ask('logout', {});
    await (round % 3 === 1 ? client.kill() : client.close());
  };

  // The doctor waits two seconds before its second look. However slow the machine is, the room has then handled the ends.
  let secondLooks = 0;
  let lastCall = performance.now();
  faults.beforeDynamoDb = async ({ function: name }) => {
    if (!name.startsWith('Admin')) return undefined;
    if (performance.now() - lastCall > 1000) {
      secondLooks += 1;
      settled = vi.waitFor(() => expect(handled).toBe(ended), { timeout: 40_000 });
    }
    lastCall = performance.now();
    await settled;
    return undefined;
  };

  let over = false;
  const users = Array.from({ length: 4 }, (_, index) => `busy-${index}`);
  await room.register(...users);
  const live = async (user: string, index: number) => {
    for (let round = index; !over; round++) {
      const client = await room.connect();
      const reply = await client.ask('login', { user, password });
      if (reply.ok) {
        const other = users[(index + 1) % users.length] ?? '';
        await client.get('message', { to: other, text: 'hello' });
        await client.ask(round % 2 === 0 ? 'block' : 'unblock', { user: other });
        await client.get('broadcast', { text: 'hello' });
        const { upTo } = await client.get('sync', {});
        client.say('ack', upTo);
      }
      await end(client, round);
      await sleep(300);
    }
  };
  const lives = users.map(live);
  const found: Finding[] = [];
  // The users' connections and commands go on while the doctor looks.
  while (secondLooks < 4) found.push(...(await examine(room, true)));
  over = true;
  await Promise.all(lives);
  expect(found).toEqual([]);
});
