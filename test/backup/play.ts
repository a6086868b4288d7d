import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Invocation } from '../../local/recorder.ts';
import { admin } from '../harness/console.ts';
import { removeFolder, temporaryFolder } from '../harness/ending.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { brokenPromises, type TableSnapshot, takeSnapshot } from '../harness/table-snapshot.ts';
import { tablesOf } from '../harness/tables.ts';
import { type CrowdOptions, fill, isOfCrowd } from './crowd.ts';

export interface BackupOptions extends CrowdOptions {
  /** The number of users who chat during the backup. */
  readonly talkers: number;
  /** How long (ms) one invocation of the admin function works. */
  readonly slice: number;
}

export interface BackupReport {
  readonly backup: Run;
  readonly restore: Run;
  /** The `doctor` run of the restored room. A finding fails the play. */
  readonly doctor: Run;
  /** The numbers of messages acknowledged before and during the backup. */
  readonly before: number;
  readonly during: number;
  /** Differences in the restored room. */
  readonly problems: readonly string[];
}

/** The time and memory of a console command. */
interface Run {
  readonly seconds: number;
  readonly invocations: number;
  /** The peak memory (MB) of the admin function: in the first quarter of its invocations, and in all of them. */
  readonly memoryAtFirst: number;
  readonly memoryAtMost: number;
}

/** A message that the room has acknowledged. */
interface Acknowledged {
  readonly stream: string;
  readonly seq: number;
  readonly text: string;
}

const hurry = 10;

/** Backs up a full room while people chat in it, restores it into another one, and compares. */
export async function playBackup({ talkers, slice, ...crowd }: BackupOptions): Promise<BackupReport> {
  const folder = temporaryFolder('chat-backup-');
  const file = join(folder, 'room.ndjson.gz');
  const full = await openRoom({ adminSlice: slice });
  // On a faster clock, because a restore waits for running functions.
  const empty = await openRoom({ adminSlice: slice * hurry, speed: hurry });
  const tables = [tablesOf(full.local), tablesOf(empty.local)] as const;
  try {
    await fill(full, tables[0], crowd);
    await full.change('blockTime', 86_400);
    const guesser = await full.connect();
    for (let tries = 0; tries < 3; tries += 1) await guesser.refused('login', { user: 'pattern', password: 'a guess' });
    const names = Array.from({ length: talkers }, (_, i) => `user${i}`);
    const talk = await Talk.begin(full, names);
    // Wait until at least one message was acknowledged, so that there is something to compare.
    await talk.said(talkers * 3);
    const before = talk.acknowledged.length;
    const backup = await measure(full, 'backup', file);
    const during = talk.acknowledged.length - before;
    await talk.end();
    const restore = await measure(empty, 'restore', file);
    const doctor = await measure(empty, 'doctor');
    const [original, restored] = [await takeSnapshot(tables[0]), await takeSnapshot(tables[1])];
    const problems = [
      ...brokenPromises(restored),
      ...missing(restored, talk.acknowledged.slice(0, before)),
      ...different(original, restored, crowd),
    ];
    return { backup, restore, doctor, before, during, problems };
  } finally {
    for (const { db } of tables) db.destroy();
    await Promise.all([full.close(), empty.close()]);
    await removeFolder(folder);
  }
}

/** Users who send messages and broadcasts, each after the reply to the previous one and a short pause. */
class Talk {
  readonly acknowledged: Acknowledged[] = [];
  readonly #clients: readonly RawClient[];
  readonly #talking: Promise<unknown>;
  #goesOn = true;

  private constructor(names: readonly string[], clients: readonly RawClient[]) {
    this.#clients = clients;
    this.#talking = Promise.all(names.map((name, i) => this.#talkAs(name, i, names)));
  }

  static async begin(room: SceneRoom, names: readonly string[]): Promise<Talk> {
    const clients = await Promise.all(
      names.map(async (user) => {
        const client = await room.connect();
        await client.get('login', { user, password });
        return client;
      }),
    );
    return new Talk(names, clients);
  }

  async said(count: number): Promise<void> {
    while (this.acknowledged.length < count) await sleep(20);
  }

  async end(): Promise<void> {
    this.#goesOn = false;
    await this.#talking;
    await Promise.all(this.#clients.map((client) => client.get('logout', {})));
  }

  async #talkAs(name: string, i: number, names: readonly string[]): Promise<void> {
    const client = this.#clients[i];
    for (let count = 0; this.#goesOn && client; count += 1) {
      const text = `${name} says ${count}`;
      // Neighbours do not write to each other, because one may have blocked the other.
      const to = names[(i + 2 + (count % (names.length - 3))) % names.length] ?? name;
      const stream = count % 4 === 0 ? 'room' : `inbox/${to}`;
      const reply =
        stream === 'room' ? await client.get('broadcast', { text }) : await client.get('message', { to, text });
      this.acknowledged.push({ stream, seq: reply.seq, text });
      await sleep(100);
    }
  }
}

/** Runs a console command and records the admin function's memory. */
async function measure(room: SceneRoom, ...args: string[]): Promise<Run> {
  const runs: Invocation[] = [];
  const memory: number[] = [];
  const stop = room.local.calls.subscribe((entry) => {
    if (entry.kind !== 'invocation' || !entry.function.startsWith('Admin')) return;
    runs.push(entry);
    memory.push((entry.mostMemory ?? 0) / 2 ** 20);
  });
  const start = performance.now();
  const { code, lines, complaints } = await admin(room.url, args);
  stop();
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${[...lines, ...complaints].join('\n')}`);
  return {
    seconds: Math.round(performance.now() - start) / 1000,
    invocations: runs.length,
    memoryAtFirst: Math.round(Math.max(...memory.slice(0, Math.ceil(memory.length / 4)))),
    memoryAtMost: Math.round(Math.max(...memory)),
  };
}

/** Messages acknowledged before the backup that are missing in the restored room. */
function missing({ streams }: TableSnapshot, acknowledged: readonly Acknowledged[]): string[] {
  const at = (stream: string, seq: number) => streams.get(stream)?.find((item) => item['seq'] === seq);
  return acknowledged
    .filter(({ stream, seq, text }) => at(stream, seq)?.['text'] !== text)
    .map(({ stream, seq, text }) => `${stream}: "${text}", acknowledged as ${seq}, is not there`);
}

/** Differences in the crowd's users and messages, which nothing has changed since the seeding. */
function different(original: TableSnapshot, restored: TableSnapshot, { users }: CrowdOptions): string[] {
  const problems: string[] = [];
  if (restored.room['blockTime'] !== original.room['blockTime']) problems.push('a setting is not what it was');
  const blocks = ({ loginBlocks }: TableSnapshot) => loginBlocks.map(text).join();
  if (blocks(original) === '' || blocks(restored) !== blocks(original))
    problems.push('a login block is not what it was');
  // Plus the account that the room created.
  if (restored.users.size !== users + 1) problems.push(`${restored.users.size} users of ${users + 1}`);
  for (const [key, stream] of original.streams) {
    const after = new Map((restored.streams.get(key) ?? []).map((item) => [item['seq'], item]));
    if (after.size > stream.length) problems.push(`${key}: ${after.size} messages of ${stream.length}`);
    for (const item of stream) {
      const now = after.get(item['seq']);
      // Only messages sent during the backup may be missing.
      if (now === undefined && !isOfCrowd(item)) continue;
      if (text(item) !== text(now ?? {})) problems.push(`${key}: number ${item['seq']} is not what it was`);
    }
  }
  for (const key of restored.streams.keys()) if (!original.streams.has(key)) problems.push(`${key} was not there`);
  for (const [name, user] of restored.users) {
    const { inboxAcked, roomAcked, seen, lastSeenAt, ...rest } = original.users.get(name) ?? {};
    const { inboxAcked: _i, roomAcked: _r, seen: _s, lastSeenAt: _l, ...now } = user;
    if (text(rest) !== text(now)) problems.push(`${name} is not who they were`);
  }
  return problems;
}

const text = (item: Record<string, unknown>) =>
  JSON.stringify(
    Object.entries(item)
      .map(([name, value]) => [name, value instanceof Set ? [...value] : value])
      .sort(),
  );
