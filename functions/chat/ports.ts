import type { EventOf, RoomEvent } from '../../protocol/index.ts';
import type { Files } from './files/ports.ts';
import type { TryRecord } from './login-tries.ts';
import type {
  Account,
  ChangeableSettings,
  Connection,
  Member,
  Positions,
  RateLimit,
  Session,
  Settings,
} from './model.ts';
import type { PasswordCost } from './password.ts';
import type { RateLimiters } from './rate-limiter.ts';
import type { Streams } from './stream-ports.ts';
import type { Usage } from './usage.ts';

export type { Draft, Kept, Page, Provenance, RepeatableRequest, Stream, Streams } from './stream-ports.ts';

/** Accounts, by folded name. */
export interface Accounts {
  find(name: string): Promise<Account | undefined>;
  findAll(names: readonly string[]): Promise<Account[]>;
  /** False if the name is taken. */
  create(account: Account, at: number): Promise<boolean>;
  /**
   * Sets both sides of a block at once. `changed` if either account is no longer the same, or the block stands; `full` if the
   * other has been blocked by `limits.blockers`.
   */
  block(blocker: Member, blocked: Member): Promise<'blocked' | 'changed' | 'full'>;
  /** Takes both sides of a block away. False if either account is no longer the same, or there is no block. */
  unblock(blocker: Member, blocked: Member): Promise<boolean>;
  /** Takes blocks of accounts that are gone out of somebody's list. */
  forgetBlocks(blocker: Member, accountIds: readonly string[]): Promise<void>;
  /** Takes an account that is gone off those whom it had blocked. */
  forgetBlocker(blocker: Account): Promise<void>;
  /** Moves cursors forward; an acknowledgement older than what is known changes nothing. */
  acknowledge(member: Member, positions: Partial<Positions>): Promise<void>;
  /**
   * Changes the password, and replaces the session's resume token by the one given, if any; unless the session has moved on to
   * another connection.
   */
  changePassword(change: {
    account: Account;
    connectionId: string;
    address: string;
    at: number;
    newHash: string;
    tokenHash: string | undefined;
  }): Promise<'changed' | 'account-changed' | 'moved-on' | 'login-blocked'>;
  /** Who was last seen at or after a time (epoch ms). */
  seenSince(time: number): Promise<Pick<Member, 'name' | 'displayName'>[]>;
}

export interface Connections {
  open(connectionId: string, address: string, rateLimit: RateLimit, at: number): Promise<void>;
  find(connectionId: string): Promise<Connection | undefined>;
  /** Writes down that somebody has spoken: `usedMs` (ms) is how much, `active` whether it counts as activity. */
  touch(connection: Connection, spoken: { at: number; active: boolean; usedMs: number }): Promise<void>;
  /** Forgets a closed connection, and says what it was. */
  close(connectionId: string): Promise<Connection | undefined>;
}

/** What a login commits, in one transaction. */
export interface Login {
  readonly account: Account;
  readonly connectionId: string;
  readonly address: string;
  readonly at: number;
  readonly tokenHash: string;
  /** Set when the password was hashed anew with today's parameters, or is another from now on. */
  readonly newHash: string | undefined;
  /** A session that this login takes the place of: detached, or on a connection proved dead. */
  readonly takesOver: Session | undefined;
  /** Whether wrong tries are on record for this name and address, to be forgotten now. */
  readonly forgetTries: boolean;
}

export type LoginOutcome =
  | { readonly kind: 'begun'; readonly session: Session }
  | { readonly kind: 'room-full' | 'room-stopped' | 'connection-taken' | 'account-changed' | 'login-blocked' }
  /** Somebody is online under this name already. */
  | { readonly kind: 'online'; readonly session: Session }
  /** The session to take over is gone or has changed: look again. */
  | { readonly kind: 'changed' };

/** What must still be true for a session to be ended: nothing else may have happened to it. */
export interface EndGuard {
  /** The connection's last activity as it was read. */
  readonly lastActiveAt?: number;
  /** The loss of the connection as it was read. */
  readonly detachedAt?: number;
}

export interface Removal {
  readonly account: Account;
  readonly address: string;
  readonly at: number;
}

/** Seats of sessions that have ended together, which are still counted. */
export interface Leaving {
  readonly id: string;
  readonly seats: readonly string[];
  /** How many are to be counted no longer. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What the Room item says of seats. */
export interface SeatState {
  readonly open: boolean;
  /** When the room was closed (epoch ms); undefined if it is open, or was closed for a restore. */
  readonly closedAt: number | undefined;
  /** How many seats are taken: at least as many as there are sessions, and exactly as many when nobody comes or goes. */
  readonly online: number;
  /** Changes with every login and every session that ends. */
  readonly logins: number;
  /** Seats whose login may not have committed, and when they were taken (epoch ms). */
  readonly entering: ReadonlyMap<string, number>;
  /** Leavings whose seats are counted no longer, and when their sessions ended (epoch ms). */
  readonly givenBack: ReadonlyMap<string, number>;
}

/** The count of those online: a login takes a seat before its transaction, and whoever ends a session gives it back afterwards. */
export interface Seats {
  read(): Promise<SeatState>;
  /** Notes that the login of a seat (undefined: a session that had its seat before) has committed. False if the room is closed. */
  confirm(seat: string | undefined): Promise<boolean>;
  /** Gives back, once, a seat whose login did not commit. */
  refund(seat: string): Promise<void>;
  /** Leavings whose seats may still be counted. */
  leaving(): Promise<Leaving[]>;
  /** Gives back, once, the seats of a leaving. */
  giveBack(leaving: Leaving): Promise<void>;
  /** Forgets that the seats of leavings have been given back: nobody may try so again. */
  forget(leavings: readonly string[]): Promise<void>;
  /** Sets the count, if no seat has been taken or given back since `logins` was read. */
  correctCount(online: number, logins: number): Promise<boolean>;
}

/** A transaction of DynamoDB takes 100 writes: three for each session, and one for their seats. */
export const mostEndedTogether = 33;

/** Who is in the room. Beginning, moving and ending a session are transactions, none of which touches the Room item. */
export interface Sessions {
  find(name: string): Promise<Session | undefined>;
  /** The same at half the price, as it was up to a second or so ago: for a caller that looks again before it relies on it. */
  findRecent(name: string): Promise<Session | undefined>;
  /** Everyone present, detached sessions too. */
  all(): Promise<Session[]>;
  begin(login: Login): Promise<LoginOutcome>;
  /** Moves a session to another connection, if the token is its own. Whether the room is open is for the caller to see afterwards. */
  resume(move: {
    member: Member;
    tokenHash: string;
    newTokenHash: string;
    from: string;
    to: string;
    address: string;
    at: number;
  }): Promise<'resumed' | 'bad-token'>;
  /** Ends a session, and gives what is to be given back; undefined if the session is over already, or the guard does not hold. */
  end(session: Session, at: number, guard?: EndGuard): Promise<Leaving | undefined>;
  /**
   * Ends so many sessions ({@link mostEndedTogether} at most) at once, and leaves their connections, which are nobody's then. Undefined,
   * and none is ended, if one of them is over or has moved on, or its connection is not on record.
   */
  endTogether(sessions: readonly Session[], at: number): Promise<Leaving | undefined>;
  /** Marks a session's connection as lost; false if that session has ended or moved on. */
  detach(member: Member, connectionId: string, at: number): Promise<boolean>;
  /** Notes for the sweeper that the session was active until then, at the least. */
  noteActivity(session: Session, activeSince: number): Promise<void>;
  /** Deletes an account, if nobody is in the room under it. */
  removeAccount(removal: Removal): Promise<'removed' | 'online' | 'account-changed' | 'login-blocked'>;
}

/** Wrong passwords on record, by name and address. */
export interface LoginTries {
  find(name: string, address: string): Promise<TryRecord | undefined>;
  /** Replaces the record if it is still the one that was read; otherwise gives the one that stands there now. */
  replace(
    name: string,
    address: string,
    before: TryRecord | undefined,
    after: TryRecord,
  ): Promise<{ replaced: true } | { replaced: false; now: TryRecord | undefined }>;
}

export interface State extends Settings {
  /** How many are in the room, detached sessions too. */
  readonly online: number;
  /** Changes with every login and every session that ends. */
  readonly logins: number;
  /** Of the month in which it was counted last. */
  readonly usage?: Usage | undefined;
}

/** The room's settings, and the count of those online. */
export interface RoomState {
  read(): Promise<State>;
  /** Reads, and makes a new room where there is none: every transaction counts on it being there. */
  readOrCreate(): Promise<State>;
  /**
   * Sets some settings at once, and returns their former values. Returns undefined and sets none if one of them is not what the
   * caller has seen, or a restore is under way.
   */
  change(
    values: Partial<ChangeableSettings>,
    seen?: Readonly<Record<string, unknown>>,
  ): Promise<Partial<ChangeableSettings> | undefined>;
  /**
   * Whether the caller is to start the sweeper: true once until the given time, however many ask. A run that waits for that
   * time then sees everybody lost meanwhile.
   */
  claimSweep(now: number, until: number): Promise<boolean>;
  /**
   * Counts a minute that so many were online, once, however many ask; `state` is what was read last. A month's first minute notes
   * where the month began: `broadcasts` gives the room stream's last number.
   */
  noteUsage(state: State, online: number, now: number, broadcasts: () => Promise<number>): Promise<void>;
}

/**
 * How a post ended. `sent` does not prove that a client received the frame. `failed` may succeed later (throttled, a slow reader, a
 * timeout); `rejected` never will (too large, forbidden).
 */
export type PostOutcome = 'sent' | 'gone' | 'failed' | 'rejected';

/** Frames to connections. Nothing here throws for a connection that is gone. */
export interface ConnectionGateway {
  post(connectionId: string, frame: string): Promise<PostOutcome>;
  /** Closes a connection; one that is gone is fine. */
  close(connectionId: string): Promise<void>;
  /** When the connection last showed life (epoch ms), or undefined if there is none. */
  lastActiveAt(connectionId: string): Promise<number | undefined>;
}

/** What a post needs to know of a session. */
export type Recipient = Pick<Session, 'name' | 'displayName' | 'accountId' | 'connectionId'>;

/** A post to many connections, made by the fan-out function. */
export interface FanOut {
  readonly to: readonly Recipient[];
  readonly event: RoomEvent;
  /** Which run for these recipients it is, from 1. */
  readonly attempt: number;
}

/** What the other users are told when a session begins or ends. */
export interface Notice {
  readonly event: EventOf<'login' | 'logout'>;
  /** The folded name of the user whom it is about, and who is not told. */
  readonly except: string;
}

/** Notices of a large room, counted until one post tells of all of them. */
export interface NoticeBatch {
  /**
   * Counts a notice. Gives the time (epoch ms) at which the caller is to post the batch, `intervalMs` after the last one at the earliest;
   * undefined if another caller already is.
   */
  add(kind: Notice['event']['event'], now: number, intervalMs: number): Promise<number | undefined>;
  /** Ends the batch, and gives what was counted. */
  take(now: number): Promise<{ readonly came: number; readonly left: number }>;
}

export interface AsyncInvoker {
  invokeFanOut(fanOut: FanOut): Promise<void>;
  invokeNotice(notice: Notice): Promise<void>;
  /** Has the sweeper look at once, because a limit has changed. */
  invokeSweeper(): Promise<void>;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleepUntil(time: number): Promise<void>;
}

/** Something failed that nobody is told of; one line in the log. */
export type LogError = (what: string, error: unknown, about?: Record<string, unknown>) => void;

/** Numbers for whoever watches over the room. Never written by a command that went well: each line has its price. */
export interface Metrics {
  readonly peopleOnline: number;
  /** By how much the count of those online was wrong. */
  readonly countDrift: number;
  /** Posts that failed at every attempt. */
  readonly postsGivenUp: number;
}

export type RecordMetrics = (figures: Partial<Metrics>) => void;

/** Something that was done, for the log. Never the text of a message, never a secret. */
export interface AuditEntry {
  /** The command, or what happened without one. */
  readonly what: string;
  /** The folded name of who did it, if that is known. */
  readonly user?: string | undefined;
  /** `ok`, the refusal's code, or why a session ended. */
  readonly result: string;
  /** Milliseconds it took. */
  readonly ms?: number;
  readonly connectionId?: string;
  /** Told where somebody comes in, or is kept out. */
  readonly address?: string;
  readonly about?: Readonly<Record<string, unknown>>;
}

/** Writes down what was done: one line in the log. */
export type AuditLog = (entry: AuditEntry) => void;

/** All that the chat stands on. */
export interface Room {
  readonly accounts: Accounts;
  readonly connections: Connections;
  readonly sessions: Sessions;
  readonly seats: Seats;
  readonly loginTries: LoginTries;
  readonly streams: Streams;
  readonly files: Files;
  readonly state: RoomState;
  readonly gateway: ConnectionGateway;
  readonly asyncInvoker: AsyncInvoker;
  readonly noticeBatch: NoticeBatch;
  readonly clock: Clock;
  /** What this environment knows of who speaks how fast. */
  readonly rateLimiters: RateLimiters;
  /** Today's cost of hashing a password. */
  readonly passwordCost: PasswordCost;
  readonly logError: LogError;
  readonly recordMetrics: RecordMetrics;
  readonly auditLog: AuditLog;
}
