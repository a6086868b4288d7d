import type { Recorded, ServiceCall } from '../local/recorder.ts';
import type { RawClient } from '../test/harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../test/harness/room.ts';
import { type Part, table } from './part.ts';
import { longestChain } from './tally.ts';

const speakers = [1, 5, 20, 50, 100];

/** The number of messages per speaker: about 200 in all, but at least 4 and at most 40 each. */
const messagesOf = (count: number) => Math.max(4, Math.min(40, Math.round(200 / count)));

/**
 * The factor by which DynamoDB and the room's clock are slower than on AWS. So DynamoDB, and not this machine's two cores,
 * limits the rate of messages.
 */
const slower = 25;

/** Milliseconds of a DynamoDB call. */
const latency = { p5: 3 * slower, p95: 6 * slower };
const transactionLatency = { p5: 10 * slower, p95: 20 * slower };

const to = {
  'the room': (speaker: RawClient, text: string) => speaker.ask('broadcast', { text }),
  'one inbox': (speaker: RawClient, text: string) => speaker.ask('message', { to: 'reader', text }),
} as const;

type Target = keyof typeof to;

export const contention: Part = {
  summary: `${speakers.join(', ')} users send messages at once, with contention in DynamoDB`,
  page: 'docs/scaling.md',
  async run() {
    const rows: string[][] = [];
    for (const target of Object.keys(to) as Target[]) {
      for (const count of speakers) rows.push(await speak(target, count));
    }
    return table(
      ['', 'speakers', 'messages/s', 'refused', 'p50', 'p99', 'write units per message', 'round trips in a row'],
      rows,
    );
  },
};

/** Lets this many users send messages at once in a fresh room. */
async function speak(target: Target, count: number): Promise<string[]> {
  const room = await openRoom({ environmentsPerFunction: Math.max(6, count), speed: 1 / slower });
  try {
    await room.change('maxCon', 2 * count + 10);
    await room.change('floodRate', 1_000);
    const clients = await enterAll(room, count);
    room.local.contention.switchOn({ latency, transactionLatency });
    await warmUp(clients);
    await postToNobody(room);
    return [target, String(count), ...(await measure(room, target, clients))];
  } finally {
    await room.close();
  }
}

async function enterAll(room: SceneRoom, count: number): Promise<RawClient[]> {
  await room.enter('reader');
  const clients: RawClient[] = [];
  for (let index = 0; index < count; index += 1) clients.push(await room.enter(`speaker${index}`));
  return clients;
}

/**
 * Marks all sessions as detached. They can still send, but a broadcast is posted to none of them. Otherwise 100 posts for
 * each broadcast of 100 speakers would measure only this machine.
 */
async function postToNobody(room: SceneRoom): Promise<void> {
  await room.change('grace', 3_600);
  const detachedAt = room.local.clock.now();
  for (const { name } of await room.database.presence()) {
    await room.database.set('Presence', { shard: 0, name }, { detachedAt });
  }
}

/** Starts the function's environments before the measurement. */
async function warmUp(clients: readonly RawClient[]): Promise<void> {
  // The first broadcast creates the counter of the room's stream.
  const [first] = clients;
  if (first) await to['the room'](first, 'warm up');
  for (let count = 5; count < clients.length + 5; count += 5) {
    await Promise.all(clients.slice(0, count).map((client) => to['one inbox'](client, 'warm up')));
  }
}

async function measure(room: SceneRoom, target: Target, clients: readonly RawClient[]): Promise<string[]> {
  const calls = new Map<string, ServiceCall[]>();
  const stop = room.local.calls.subscribe((entry) => collect(calls, entry));
  const times: number[] = [];
  let refused = 0;
  const share = messagesOf(clients.length);
  const began = performance.now();
  await Promise.all(
    clients.map(async (client, index) => {
      for (let turn = 0; turn < share; turn += 1) {
        const askedAt = performance.now();
        const { ok } = await to[target](client, `${index}, ${turn}`);
        times.push(performance.now() - askedAt);
        if (!ok) refused += 1;
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  stop();
  times.sort((a, b) => a - b);
  const at = (part: number) => `${times[Math.floor(part * (times.length - 1))]?.toFixed(0)} ms`;
  const all = [...calls.values()];
  const units = all.flat().reduce((sum, { writeUnits }) => sum + writeUnits, 0);
  const chains = all.map(longestChain).toSorted((a, b) => a - b);
  return [
    (times.length / seconds).toFixed(1),
    String(refused),
    at(0.5),
    at(0.99),
    (units / times.length).toFixed(2),
    String(chains[Math.floor(chains.length / 2)]),
  ];
}

/** The DynamoDB calls of each invocation of a command. */
function collect(calls: Map<string, ServiceCall[]>, entry: Recorded): void {
  if (entry.kind !== 'call' || entry.service !== 'dynamodb' || entry.requestId === undefined) return;
  const { detail } = entry.trigger ?? {};
  if (detail !== 'message' && detail !== 'broadcast') return;
  calls.set(entry.requestId, [...(calls.get(entry.requestId) ?? []), entry]);
}
