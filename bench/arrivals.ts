import { setTimeout as sleep } from 'node:timers/promises';
import type { RawClient } from '../test/harness/raw-client.ts';
import { password } from '../test/harness/room.ts';
import { type Part, table } from './part.ts';
import { Stage } from './stage.ts';

const users = 600;
const minute = 60_000;
/** Milliseconds from the last login to the first broadcast, and between the broadcasts. */
const pause = 3_000;
const broadcasts = 3;

export const arrivals: Part = {
  summary: `${users} users log in within a minute; how long a broadcast then takes to reach all of them`,
  page: 'docs/scaling.md',
  async run() {
    const stage = await Stage.open(0);
    try {
      await stage.room.change('maxCon', 2 * users);
      const names = await stage.seed(users);
      const recording = stage.room.local.calls.record();
      const began = performance.now();
      const clients = await Promise.all(names.map((name, index) => comeIn(stage, name, (index * minute) / users)));
      const cameIn = performance.now() - began;
      const rows: string[][] = [];
      for (let count = 1; count <= broadcasts; count += 1) {
        await sleep(pause);
        const { answered, reachedAll } = await broadcast(clients, `broadcast ${count}`);
        rows.push([`broadcast ${count}`, `${answered.toFixed(0)} ms`, `${reachedAll.toFixed(0)} ms`]);
      }
      recording.stop();
      const notices = recording.calls.filter(
        (call) => call.operation === 'PostToConnection' && call.function.startsWith('Notices'),
      );
      return [
        table(['', 'answered after', 'reached all after'], rows),
        `${users} users logged in within ${(cameIn / 1000).toFixed(0)} s. Notices of the logins took ${notices.length.toLocaleString('en')} posts.`,
      ].join('\n\n');
    } finally {
      await stage.close();
    }
  },
};

async function comeIn({ room }: Stage, user: string, after: number): Promise<RawClient> {
  await sleep(after);
  const client = await room.connect();
  await client.get('login', { user, password });
  return client;
}

async function broadcast(clients: readonly RawClient[], text: string) {
  const [speaker] = clients;
  const began = performance.now();
  const reached = Promise.all(clients.map((client) => received(client, text)));
  await speaker?.get('broadcast', { text });
  const answered = performance.now() - began;
  await reached;
  return { answered, reachedAll: performance.now() - began };
}

/** The timeout is long, because a late message still counts. */
function received({ socket }: RawClient, text: string): Promise<void> {
  return new Promise((resolve) => {
    socket.on('message', (data) => {
      if (String(data).includes(text)) resolve();
    });
  });
}
