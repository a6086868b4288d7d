import * as v from 'valibot';
import { Accounts } from './accounts.ts';
import type { Backup } from './backups.ts';
import { Bans } from './bans.ts';
import type { Item } from './dynamodb/evaluate.ts';
import { checkQuotas, type FileQuotas } from './file-quotas.ts';
import type { SentFile } from './files.ts';
import { Invitations } from './invitations.ts';
import { Kicks } from './kicks.ts';
import { Moments } from './moments.ts';
import type { SimulatedProcess } from './process.ts';
import { Tokens } from './tokens.ts';
import { isReliable } from './weather.ts';
import type { World } from './world.ts';

export type StreamName = 'inbox' | 'room';

/** A message that a user sent. Its text is unique. */
export interface Sent {
  readonly text: string;
  readonly from: string;
  /** A user; undefined for a broadcast. */
  readonly to: string | undefined;
  readonly sentAt: number;
  /** What the room replied; `unknown` if no reply came, or an error. */
  outcome: 'pending' | 'acknowledged' | 'refused' | 'unknown';
  seq: number | undefined;
  settledAt: number | undefined;
}

/** A message that a program has shown. */
export interface Shown {
  readonly stream: StreamName;
  readonly seq: number;
  readonly text: string;
  readonly at: number;
}

/** A message that was posted to a program, and has arrived there. */
export interface Arrived {
  readonly program: string;
  readonly stream: StreamName;
  readonly seq: number;
  readonly at: number;
}

/** One run of a user's program, from its login to its end. */
export interface Visit {
  readonly user: string;
  readonly program: string;
  /** The user's password, as this program knows it. */
  password: string;
  readonly askedAt: number;
  /** Whether it hands its connection over to a new one every few seconds. */
  readonly handsOver: boolean;
  readonly shown: Shown[];
  loggedInAt: number;
  /** When it left, or learned that its session has ended. */
  endedAt: number;
  /** Whether the user left, and the logout was over before the program ended. */
  hasLeft: boolean;
  /** When it last got a reply to something that counts as activity. */
  activeAt: number;
  /** Whether the room has told it that it is not logged in. */
  isDropped?: true;
}

/** A user's block of another user, in times as the blocker knows them. */
export interface Block {
  readonly by: string;
  readonly whom: string;
  readonly askedAt: number;
  /** When the room's reply came; infinity without one. */
  since: number;
  /** Whether the room has answered. If not, the request may be carried out late, or again. */
  isAnswered: boolean;
  /** When the blocker asked to end it; it may have ended any time after that. */
  endAskedAt: number;
  endedAt: number;
  /** How many requests to end it got no reply. They may be carried out late, and end a later block of the same user. */
  unansweredEnds: number;
}

const posted = v.object({
  type: v.literal('event'),
  event: v.picklist(['message', 'broadcast']),
  stream: v.picklist(['inbox', 'room']),
  seq: v.number(),
});

/** What users did and saw. The checks compare it with the room's promises, and know nothing of the room's code. */
export class History {
  readonly #world: World;
  readonly sent: Sent[] = [];
  readonly visits: Visit[] = [];
  readonly blocks: Block[] = [];
  readonly files: SentFile[] = [];
  readonly arrived: Arrived[] = [];
  readonly tokens = new Tokens();
  readonly accounts = new Accounts();
  readonly bans: Bans;
  readonly invitations: Invitations;
  readonly kicks: Kicks;
  readonly moments: Moments;
  fileQuotas: FileQuotas | undefined;
  backup: Backup | undefined;
  /** When messages expire (epoch ms), by their texts. All others are kept for much longer than a day. */
  readonly expiry = new Map<string, number>();
  /** In a restored room: how many messages were sent before it, and who may have read which texts there. */
  sentBefore = 0;
  readonly readBefore = new Map<string, Set<string>>();
  /** Whether an administrator was at work, who ends sessions and may be faster than a logout. */
  hasAdministrator = false;
  /** The shortest TIME_OUT (s) of the day. */
  shortestTimeOut = Number.POSITIVE_INFINITY;
  /** Whether the room is stopped for certain. */
  isStopped = false;
  /** The users who are suspended for certain, and when the administrator asked for that. */
  readonly suspended = new Map<string, number>();
  /** The users whom an administrator is suspending, or whose password is being reset. A login is refused before the session ends. */
  readonly changing = new Set<string>();
  /** Whether no user runs two programs at a time. */
  hasOneProgramEach = true;
  /** Whether nothing fails on the whole day. */
  isCalmDay = false;
  /** Whether no call is slow either. */
  isPerfectDay = false;

  constructor(world: World) {
    this.#world = world;
    this.bans = new Bans(world);
    this.invitations = new Invitations(world);
    this.kicks = new Kicks(world);
    this.moments = new Moments(world);
    world.database.model.onChange = (table, before, after) => this.#changed(table, before, after);
  }

  /** After each transaction: a user is logged in over one connection at most, which is the session's. */
  checkSessions(): void {
    this.invitations.check();
    const loggedIn = new Set<unknown>();
    const sessions = new Map(this.sessions().map((session) => [session['accountId'], session['connectionId']]));
    for (const { accountId, name, connectionId } of this.#world.database.model.table('connections').all()) {
      if (accountId === undefined) continue;
      if (loggedIn.has(accountId)) this.#world.violated(`two connections are logged in as ${name}`);
      loggedIn.add(accountId);
      if (sessions.get(accountId) !== connectionId)
        this.#world.violated(`${connectionId} is logged in as ${name}, and the session is over another connection`);
    }
  }

  /** A user sends a message, which nobody has replied to. */
  says(from: string, to: string | undefined): Sent {
    const text = `${from} says ${this.sentBefore + this.sent.length}`;
    const times = { sentAt: this.#world.scheduler.now, settledAt: undefined };
    const sent: Sent = { text, from, to, ...times, outcome: 'pending', seq: undefined };
    this.sent.push(sent);
    return sent;
  }

  /** A program ends because it could not continue its session. Then its own connection does not have the session. */
  gaveUp(program: SimulatedProcess, user: string): void {
    if (this.changing.has(user)) return;
    const isOwn = ({ connectionId }: Item) => this.#world.gateway.clientOf(String(connectionId)) === program;
    if (this.sessions().some(isOwn)) this.#world.violated(`${program.name} gave up its own session`);
  }

  /** A frame has reached a client. */
  frameArrived(program: string, body: string): void {
    const frame = v.safeParse(posted, JSON.parse(body));
    if (frame.success) this.arrived.push({ program, ...frame.output, at: this.#world.scheduler.now });
  }

  /** The room has told an online client that it is not logged in. Without faults, the client learns the reason, too. */
  dropped(visit: Visit): void {
    const { scheduler, weather } = this.#world;
    visit.isDropped = true;
    if (!isReliable(weather) || this.hasAdministrator || visit.endedAt <= scheduler.now) return;
    const within = weather.slow > 0 ? 20_000 : 5_000 * weather.latency;
    scheduler.after(within, () => {
      // A program that does not learn in time that another one has taken its place logs in again when that one has left.
      const mayLogInAgain = this.visits.some(
        (other) => other.user === visit.user && other.loggedInAt > visit.loggedInAt && other.endedAt <= scheduler.now,
      );
      if (visit.endedAt > scheduler.now && !mayLogInAgain)
        this.#world.violated(`${visit.program} was logged out without being told`);
    });
  }

  /** When no function is running, and no fault has left a seat taken: the count is exact. */
  checkCount(when: string): void {
    const { sessions, online } = this.#counts();
    if (online !== sessions)
      this.#world.violated(`${when}, the count is ${online}, and there are ${sessions} sessions`);
  }

  /** Every commit: the count of users online is never below the number of sessions, nor above MaxCon. */
  #changed(table: string, before: Item | undefined, after: Item | undefined): void {
    this.invitations.changed(table, before, after);
    if (this.fileQuotas && table === 'fileRecords' && after?.['state'] === 'stored' && before?.['state'] !== 'stored')
      checkQuotas(this.#world, this.fileQuotas, after);
    const isSession = table === 'presence' && (before ?? after)?.['shard'] === 0;
    const isRoom = table === 'room' && (before ?? after)?.['room'] === 'room';
    if (table === 'connections' && after && after['expiresAt'] === undefined)
      this.#world.violated(`the item of ${after['connectionId']} never expires`);
    if (table === 'messages' && before?.['text'] !== undefined && after && after['text'] !== before['text'])
      this.#world.violated(`"${before['text']}" is overwritten`);
    if (isSession && after && after['connectionId'] !== before?.['connectionId']) {
      this.bans.sessionBegan(String(after['connectionId']));
      this.kicks.changed('began', after);
    }
    if (isSession && !before && after && this.#isKeptOut(String(after['name'])))
      this.#world.violated(`a session of ${after['name']} begins, who is suspended, or the room is stopped`);
    if (isSession && before && !after) this.kicks.changed('ended', before);
    if (!isSession && !isRoom) return;
    const { sessions, online, maxCon } = this.#counts();
    if (sessions > online) this.#world.violated(`${sessions} sessions, and the count is ${online}`);
    const isMore = isRoom && online > Number(before?.['online'] ?? 0);
    if (isMore && online > maxCon) this.#world.violated(`${online} users are online, and MaxCon is ${maxCon}`);
  }

  #isKeptOut(user: string): boolean {
    const since = this.suspended.get(user);
    return this.isStopped || (since !== undefined && this.accounts.isSameSince(user, since));
  }

  #counts(): { sessions: number; online: number; maxCon: number } {
    const { online = 0, maxCon } = this.#world.database.model.table('room').get({ room: 'room' }) ?? {};
    return { sessions: this.sessions().length, online: Number(online), maxCon: Number(maxCon) };
  }

  /** Whether a reader must see a message: always, never, or as it happens. */
  isFor(
    reader: string,
    { from, text, sentAt, settledAt = Number.POSITIVE_INFINITY }: Sent,
  ): 'always' | 'never' | 'perhaps' {
    if (this.isBlocked(reader, from, sentAt, settledAt)) return 'never';
    const blocks = this.blocks.filter(({ by, whom }) => by === reader && whom === from);
    const mayMeet = blocks.some(({ askedAt, endedAt }) => askedAt <= settledAt && endedAt >= sentAt);
    const mayBeRead = this.readBefore.get(reader)?.has(text) === true;
    return mayMeet || mayBeRead || this.expiry.has(text) || !this.accounts.isSameSince(reader, sentAt)
      ? 'perhaps'
      : 'always';
  }

  /** Whether a user had blocked another for certain, all the time between two times. */
  isBlocked(reader: string, from: string, start: number, end: number): boolean {
    return this.blocks.some(
      ({ by, whom, since, endAskedAt }) => by === reader && whom === from && since < start && endAskedAt > end,
    );
  }

  /** A stored message expires at some time (epoch ms). */
  expires({ text, name }: Item, at: number): void {
    if (text !== undefined) this.expiry.set(String(text), at);
    const file = this.files.find((one) => one.name === name);
    if (file) file.isForgotten = true;
  }

  /** A user deregisters, which ends all blocks of that user and by that user. */
  endBlocksOf(user: string): void {
    const { now } = this.#world.scheduler;
    for (const block of this.blocks)
      if (block.by === user || block.whom === user) block.endAskedAt = Math.min(block.endAskedAt, now);
  }

  sessions(): Item[] {
    return this.#world.database.model
      .table('presence')
      .all()
      .filter((item) => item['shard'] === 0);
  }

  logged(what: string, error: unknown): void {
    if (this.isPerfectDay && error !== undefined) this.#world.violated(`on a perfect day: ${what}: ${error}`);
    // Every seat is settled by its mark. Only data that someone else has changed needs this correction.
    if (what === 'the count of those online was wrong') this.#world.violated('the sweeper finds a wrong count');
    if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) {
      this.#world.violated(`a function fails: ${what}: ${error.stack}`);
    }
  }
}
