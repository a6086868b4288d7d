import { createHash } from 'node:crypto';
import type { Item } from './dynamodb/evaluate.ts';
import type { World } from './world.ts';

const pause = 10_000;

/** DynamoDB deletes items some time after their expiry. It takes up to days, so most expired items stay for a while. */
export function deleteExpired(world: World): void {
  const { scheduler, database } = world;
  for (const table of database.model.tables.values()) {
    const { ttl } = table.shape;
    if (ttl === undefined) continue;
    for (const item of table.all()) {
      const isExpired = Number(item[ttl]) * 1000 < scheduler.now;
      if (isExpired && scheduler.random.chance(0.2)) {
        scheduler.note(`an item of ${table.name} is deleted after its expiry`);
        database.delete(table.name, table.keysOf(item));
      }
    }
  }
  scheduler.after(pause, () => deleteExpired(world));
}

/** Longer (ms) than messages and files are kept. */
const longTime = 31 * 24 * 3_600_000;

/** Messages, files and invitations that users have had for a long time, and that expire at random moments of the day. */
export class Ageing {
  readonly #world: World;
  /** The last number of each stream that has expired. */
  readonly #expired = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  async work(until: number): Promise<void> {
    const { scheduler } = this.#world;
    for (;;) {
      await scheduler.pause(scheduler.random.between(1_000, 8_000));
      if (scheduler.now >= until) return;
      const dice = scheduler.random.next();
      if (dice < 0.6) this.#ageMessages();
      else if (dice < 0.8) this.#ageFile();
      else this.#ageInvitation();
    }
  }

  /** The messages of a stream up to some number were sent long ago. They expire in a moment. */
  #ageMessages(): void {
    const { scheduler, database, history } = this.#world;
    const all = database.model.table('messages').all();
    const streams = new Set(all.map(streamOf).filter((name) => !name.startsWith('counter/')));
    const stream = scheduler.random.pick([...streams]);
    if (stream === undefined) return;
    const own = all.filter((item) => streamOf(item) === stream);
    const items = new Map(own.map((item) => [Number(item['seq']), item]));
    const counter = database.model.table('messages').get(counterOf(stream));
    const upTo = scheduler.random.pick(this.#settledNumbers(items, stream, Number(counter?.['seq'])));
    if (upTo === undefined) return;
    scheduler.note(`the messages of ${stream} up to ${upTo} are old`);
    const expiresAt = Math.floor(scheduler.now / 1000) + 1;
    const expired = this.#expired.get(stream) ?? 0;
    const old = (time: unknown) => Number(time) - longTime;
    for (const [seq, item] of items) {
      if (seq <= expired) continue;
      const isFirst = item['previousAt'] === 0;
      const aged = seq <= upTo + 1 && !isFirst && { previousAt: old(item['previousAt']) };
      if (seq <= upTo && item['expiresAt'] !== undefined) {
        const sentAt = item['sentAt'] !== undefined && { sentAt: new Date(scheduler.now - longTime).toISOString() };
        database.put('messages', { ...item, ...aged, ...sentAt, expiresAt });
        history.expires(item, expiresAt * 1000);
      } else if (aged) database.put('messages', { ...item, ...aged });
    }
    if (counter?.['seq'] === upTo) database.put('messages', { ...counter, givenAt: old(counter['givenAt']) });
    this.#expired.set(stream, upTo);
  }

  /**
   * The numbers up to which a stream has no number whose writer may be at work, and no message whose sender may send it again.
   */
  #settledNumbers(items: ReadonlyMap<number, Item>, stream: string, last: number): number[] {
    const { sent } = this.#world.history;
    const pending = new Set(sent.filter(({ outcome }) => outcome === 'pending').map(({ text }) => text));
    const settled: number[] = [];
    for (let seq = (this.#expired.get(stream) ?? 0) + 1; ; seq += 1) {
      const item = items.get(seq);
      if (!item || pending.has(String(item['text']))) return settled;
      if (items.has(seq + 1) || seq === last) settled.push(seq);
    }
  }

  /** A file has waited for its recipient for too long. */
  #ageFile(): void {
    const { scheduler, database, history } = this.#world;
    const waiting = database.model.table('fileRecords').all();
    const item = scheduler.random.pick(waiting.filter(({ state }) => state === 'stored'));
    const file = history.files.find(({ name }) => name === item?.['name']);
    if (!item || !file) return;
    const dueAt = Math.floor(scheduler.now);
    scheduler.note(`the file ${file.name} is old`);
    file.expiredAt = dueAt;
    database.put('fileRecords', { ...item, dueAt });
  }

  /** An invitation ends in a moment. The first one stays, for those who register again. */
  #ageInvitation(): void {
    const { scheduler, database, history } = this.#world;
    const invitation = scheduler.random.pick(history.invitations.all.slice(1));
    const id = createHash('sha256')
      .update(invitation?.code.toLowerCase() ?? '')
      .digest('base64url');
    const item = database.model.table('loginBlocks').get({ name: '+invitations', address: id });
    const expiresAt = Math.floor(scheduler.now / 1000) + 2;
    if (!invitation || !item || Number(item['expiresAt']) < expiresAt) return;
    scheduler.note(`the invitation ${invitation.code} is old`);
    history.invitations.ends(invitation, expiresAt * 1000);
    database.put('loginBlocks', { ...item, expiresAt });
  }
}

/** The stream of an item, with the account of an inbox. */
const streamOf = ({ stream, position }: Item) => [stream, ...String(position).split('/').slice(0, -1)].join(' ');

function counterOf(stream: string): Item {
  const [name, accountId = 'room'] = stream.split(' ');
  return { stream: `counter/${name}`, position: accountId };
}
