import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultTiming } from '../client/room/timing.ts';
import { perMillion, perMillionRuns } from '../functions/chat/admin/prices.ts';
import type { Recorded, ServiceCall } from '../local/recorder.ts';
import { actions as wireActions } from '../protocol/index.ts';
import type { RawClient } from '../test/harness/raw-client.ts';
import { password } from '../test/harness/room.ts';
import { type Counting, countActions, countExample, enterNamed } from './actions.ts';
import { cells, costRows, delayedColumns, notes, sizes } from './cost.ts';
import { partNotice } from './meter.ts';
import { reportOn } from './part.ts';
import { pricePerMillion, silentHourPerMillion } from './prices.ts';
import { Stage } from './stage.ts';
import { longestChain, tally } from './tally.ts';

/** Long enough for calls that are sent together to overlap on a busy machine. */
const latencyMs = 80;

const dynamoDb = (entries: readonly Recorded[]): ServiceCall[] =>
  entries.filter((entry) => entry.kind === 'call').filter(({ service }) => service === 'dynamodb');

const reading = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);
const isRead = ({ operation }: ServiceCall) => reading.has(operation);

describe('every action', () => {
  let counted: Counting[];
  let memoryOf: (logicalId: string) => number;

  beforeAll(async () => {
    const stage = await Stage.open(0);
    memoryOf = stage.memoryOf;
    try {
      counted = await countActions(stage, { few: sizes.few, many: sizes.few + 3, registered: 30, beforeSweep: 0 });
    } finally {
      await stage.close();
    }
  });

  test('is counted', () => {
    expect(new Set(counted.map(({ action }) => action))).toEqual(
      new Set([...wireActions, 'connect', 'refused', 'disconnect', 'sweep', 'tidying', 'notice']),
    );
  });

  test('costs what docs/cost.md says; if not: npm run bench -- cost --write', () => {
    const report = reportOn(readFileSync('docs/cost.md', 'utf8'), 'cost');
    const page = report.split('\n').map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
    const withoutDelayed = (row: string[]) => row.filter((_, column) => !delayedColumns.includes(column));
    const sizesOfPage = (name: string) =>
      name
        .replace(`${sizes.few + 3} online`, `${sizes.many} online`)
        .replace('30 more registered', `${sizes.registered} more registered`);
    for (const row of costRows(counted, memoryOf).map(cells)) {
      const [name = ''] = row;
      const found = page.find((one) => one[0] === sizesOfPage(name)) ?? [];
      // The page's crowd is larger. Sessions as young as these are not swept.
      if (name.includes(`${sizes.few + 3} online`) || name.startsWith('sweep')) expect(found, name).not.toEqual([]);
      else expect(withoutDelayed(found).slice(1), name).toEqual(withoutDelayed(row).slice(1));
    }
    expect(report).toContain(notes);
  });

  test('except ping and a refused frame calls DynamoDB, and none scans a table', () => {
    for (const { action, entries } of counted.filter((one) => !['ping', 'refused'].includes(one.action))) {
      const operations = dynamoDb(entries).map(({ operation }) => operation);
      expect(operations, action).not.toEqual([]);
      expect(operations, action).not.toContain('Scan');
    }
  });

  test("costs about what the administrator's estimate assumes", () => {
    const price = (action: string, when = '') => {
      const found = counted.find((one) => one.action === action && one.when === when);
      if (!found) throw new Error(`${action} ${when} was not counted`);
      return pricePerMillion(tally(found.entries), { hashes: found.hashes, memoryOf });
    };
    const broadcastTo = (price('broadcast', `${sizes.few + 3} online`) - price('broadcast', `${sizes.few} online`)) / 3;
    const found = {
      visit: price('connect') + price('login') + price('logout'),
      notices: (2 * price('notice', `${sizes.few} online`)) / sizes.few,
      message: price('message', 'recipient online') + price('ack'),
      broadcast: price('broadcast', `${sizes.few} online`) - sizes.few * broadcastTo,
      broadcastTo: broadcastTo + price('ack'),
      onlineHour: silentHourPerMillion(defaultTiming, 'unanswered'),
    };
    for (const [what, estimated] of Object.entries(perMillion)) {
      const counts = found[what as keyof typeof found];
      expect(estimated / counts, `${what}: ${counts.toFixed(2)}`).toBeGreaterThan(0.7);
      expect(estimated / counts, `${what}: ${counts.toFixed(2)}`).toBeLessThan(1.4);
    }
  });

  test('an hour online in silence costs at most US$ 50 per million if ping frames are answered', () => {
    expect(silentHourPerMillion(defaultTiming, 'answered')).toBeLessThanOrEqual(50);
  });

  test("costs about what the functions' own count of a run assumes", () => {
    const price = (action: string, when = '') => {
      const found = counted.filter((one) => one.action === action && (when === '' || one.when === when));
      const [one] = found;
      if (!one) throw new Error(`${action} ${when} was not counted`);
      return pricePerMillion(tally(one.entries), { hashes: one.hashes, memoryOf });
    };
    const found = {
      connection: (price('connect') + price('disconnect', 'clean')) / 2,
      account: price('login'),
      chat: price('message', 'recipient offline'),
      files: (price('file', 'announced') + price('file', 'uploaded, recipient online')) / 2,
    };
    for (const [name, counts] of Object.entries(found)) {
      const assumed = perMillionRuns[name as keyof typeof found];
      expect(assumed / counts, `${name}: ${counts.toFixed(2)}`).toBeGreaterThan(0.7);
      expect(assumed / counts, `${name}: ${counts.toFixed(2)}`).toBeLessThan(1.4);
    }
  });

  test('a ping runs no Lambda and calls no service', () => {
    const ping = counted.find(({ action }) => action === 'ping');
    expect(tally(ping?.entries ?? [])).toMatchObject({ messages: 2, requests: 0, posts: 0, runs: [] });
  });
});

describe('in a room that fills', () => {
  let stage: Stage;
  let ann: RawClient;

  beforeAll(async () => {
    stage = await Stage.open(latencyMs);
    await stage.sayFirst();
    for (const user of ['ann', 'bob', 'newcomer']) await stage.register(user);
    ann = await stage.enter('ann');
    await stage.enter('bob');
  });
  afterAll(() => stage?.close());

  test('a private message to someone online reads in one round trip, takes a number, writes one item, and is posted', async () => {
    const { entries, result } = await stage.command(ann, 'message', { to: 'bob', text: 'hello' });
    expect(result).toMatchObject({ delivery: 'delivered' });
    const calls = dynamoDb(entries);
    const reads = calls.filter(isRead);
    const [ticket, write, ...moreWrites] = calls.filter((call) => !isRead(call));
    const [post, ...morePosts] = entries.filter((entry) => entry.kind === 'call').filter(isPost);
    expect(longestChain(reads)).toBe(1);
    expect(ticket).toMatchObject({ operation: 'UpdateItem', writeUnits: 1 });
    expect(write).toMatchObject({ operation: 'PutItem', writeUnits: 1 });
    expect([...moreWrites, ...morePosts]).toEqual([]);
    // Expected sequence: reads, number, commit, post. Each waits for the previous one.
    for (const { end } of reads) expect(end).toBeLessThanOrEqual(ticket?.start ?? 0);
    expect(ticket?.end).toBeLessThanOrEqual(write?.start ?? 0);
    expect(write?.end).toBeLessThanOrEqual(post?.start ?? 0);
  });

  test('a command is counted with the arguments of its example', async () => {
    await enterNamed(stage, ['block', 'unblock']);
    expect(summary(await countExample(stage, ann, 'block'))).toMatchObject({ writeUnits: 4, messages: 2 });
    expect(summary(await countExample(stage, ann, 'unblock'))).toMatchObject({ writeUnits: 4, messages: 2 });
    expect(summary(await countExample(stage, ann, 'here'))).toMatchObject({ writeUnits: 1, messages: 1 });
  });

  test('a login costs the same, and a broadcast writes the same, however many are registered or online', async () => {
    const [loginBefore, broadcastBefore] = [await countLogin(stage), await countBroadcast(stage, ann)];
    await stage.seed(1000);
    expect(await countLogin(stage)).toEqual(loginBefore);
    expect(await countBroadcast(stage, ann)).toEqual(broadcastBefore);
    await stage.fill(30);
    expect(await countLogin(stage)).toEqual(loginBefore);
    const { posts, messages, ...crowded } = await countBroadcast(stage, ann);
    expect({ posts, messages }).toEqual({ posts: 30, messages: 32 });
    // Thirty sessions are more than 4 KB, so only the read units grow.
    expect(crowded).toMatchObject({ requests: broadcastBefore.requests, writeUnits: 2 });
  });
});

const isPost = ({ operation }: ServiceCall) => operation === 'PostToConnection';

/** The cost of the login alone. The cost of its notices depends on the number of users online. */
async function countLogin(stage: Stage) {
  const client = await stage.connect();
  const login = await stage.meter.count(1, () => client.get('login', { user: 'newcomer', password }));
  await stage.leave(client);
  return summary(partNotice(login.entries).own);
}

async function countBroadcast(stage: Stage, speaker: RawClient) {
  return summary((await stage.command(speaker, 'broadcast', { text: 'hello, everyone' })).entries);
}

function summary(entries: readonly Recorded[]) {
  const { requests, inARow, readUnits, writeUnits, posts, messages } = tally(entries);
  return { requests, inARow, readUnits, writeUnits, posts, messages };
}
