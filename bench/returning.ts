import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import type { RawClient } from '../test/harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../test/harness/room.ts';
import { type Part, table } from './part.ts';

/** The number of returning users, and the time (s) in which they return. `RETURNING_USERS` sets fewer, at the same rate. */
const users = Number(process.env['RETURNING_USERS'] ?? 1_000);
const within = (60 * users) / 1_000;

/** The number of requests that each function handles at a time. */
const environments = 6;

export const returning: Part = {
  summary: 'users log in within a minute after a start, with contention in DynamoDB',
  page: 'docs/scaling.md',
  async run() {
    const room = await openRoom({ contention: {}, environmentsPerFunction: environments });
    try {
      await room.change('maxCon', users);
      await seed(room);
      await warmUp(room);
      return table(
        ['users', 'in after', 'refused', 'counted', 'present', 'write units per login', 'login p50, p99'],
        [await comeIn(room)],
      );
    } finally {
      await room.close();
    }
  },
};

const nameOf = (index: number) => `returning${index}`;

/** Writes registered users into the table. */
async function seed(room: SceneRoom): Promise<void> {
  await room.register('model');
  const model = await room.database.user('model');
  const items = Array.from({ length: users }, (_, index) => {
    const name = nameOf(index);
    return { ...model, name, displayName: name, accountId: name };
  });
  await room.database.putAll('Users', items);
}

/** The number of parallel logins. More would only wait for this machine. */
const atOnce = 4 * environments;

/** Starts the environments of every function, which would distort the measurement. */
async function warmUp(room: SceneRoom): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const clients = await Promise.all(Array.from({ length: environments }, () => room.connect()));
    const login = (client: RawClient, index: number) => client.get('login', { user: nameOf(index), password });
    await Promise.all(clients.map(login));
    await Promise.all(clients.map((client) => client.get('logout', {})));
  }
}

/** Logs in all users, evenly spread over the time, each over its own connection. */
async function comeIn(room: SceneRoom): Promise<string[]> {
  let writeUnits = 0;
  let refused = 0;
  const times: number[] = [];
  const stop = room.local.calls.subscribe((entry) => {
    if (entry.kind === 'call' && entry.trigger?.detail === 'login') writeUnits += entry.writeUnits;
  });
  const startedAt = performance.now();
  const comeIn = async (index: number) => {
    await sleep(startedAt + (within * 1000 * index) / users - performance.now());
    const client = await room.connect();
    const askedAt = performance.now();
    const reply = await client.ask('login', { user: nameOf(index), password });
    times.push(performance.now() - askedAt);
    if (!reply.ok) refused += 1;
    return client;
  };
  const clients = await pMap(Array(users).keys(), comeIn, { concurrency: atOnce });
  const seconds = (performance.now() - startedAt) / 1000;
  stop();
  const { counted, present } = await room.database.counts();
  for (const client of clients) client.socket.terminate();
  times.sort((a, b) => a - b);
  const at = (share: number) => `${times[Math.floor(share * (times.length - 1))]?.toFixed(0)} ms`;
  return [
    String(users),
    `${seconds.toFixed(0)} s`,
    String(refused),
    String(counted),
    String(present),
    (writeUnits / users).toFixed(1),
    `${at(0.5)}, ${at(0.99)}`,
  ];
}
