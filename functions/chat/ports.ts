import type { EventOf, RoomEvent } from '../../protocol/index.ts';
import type { Bans } from './bans.ts';
import type { Connections, Guests } from './connection-ports.ts';
import type { Files } from './files/ports.ts';
import type { TryRecord } from './login-tries.ts';
import type { Account, ChangeableSettings, Member, Positions, Session, Settings } from './model.ts';
import type { PasswordCost } from './password.ts';
import type { RateLimiters } from './rate-limiter.ts';
import type { Seats, Sessions } from './session-ports.ts';
import type { StrangerTries } from './stranger-tries.ts';
import type { Streams } from './stream-ports.ts';
import type { Turnover } from './turnover.ts';
import type { Usage } from './usage.ts';

export type { Connections, Guest, Guests } from './connection-ports.ts';
export {
  type EndGuard,
  type Leaving,
  type Login,
  type LoginOutcome,
  mostEndedTogether,
  type Removal,
  type SeatState,
  type Seats,
  type Sessions,
} from './session-ports.ts';
export type { Draft, EarlierPage, Kept, Page, Provenance, RepeatableRequest, Stream, Streams } from './stream-ports.ts';

/** Accounts, by folded name. */
export interface Accounts {
  find(name: string): Promise<Account | undefined>;
  findAll(names: readonly string[]): Promise<Account[]>;
  /** Creates an account, makes the address known for its name, and uses the invitation up by one. */
  create(account: Account, by: Registration): Promise<'created' | 'user-exists' | 'invalid-invitation'>;
  /** Claims the name of an account of an earlier version, so that nobody registers a name that looks like it. */
  claimName(account: Account): Promise<void>;
  /**
   * Adds both sides of a block in one transaction. `changed`: an account has changed, or the block exists. `full`:
   * `limits.blockers` users have blocked that user.
   */
  block(blocker: Member, blocked: Member): Promise<'blocked' | 'changed' | 'full'>;
  /** Deletes both sides of a block. False if either account is no longer the same, or there is no block. */
  unblock(blocker: Member, blocked: Member): Promise<boolean>;
  /** Removes deleted accounts from a user's block list. */
  forgetBlocks(blocker: Member, accountIds: readonly string[]): Promise<void>;
  /** Removes a deleted account from the records of the users it had blocked. */
  forgetBlocker(blocker: Account): Promise<void>;
  /** Moves cursors forward. An older acknowledgement changes nothing. */
  acknowledge(member: Member, positions: Partial<Positions>): Promise<void>;
  /**
   * Changes the password, and replaces the session's resume token by `tokenHash`, if given. `moved-on`: the session is now on another
   * connection, and nothing is changed.
   */
  changePassword(change: {
    account: Account;
    connectionId: string;
    address: string;
    at: number;
    newHash: string;
    tokenHash: string | undefined;
  }): Promise<'changed' | 'account-changed' | 'moved-on' | 'login-blocked'>;
  /** The users last seen at or after a time (epoch ms). */
  seenSince(time: number): Promise<Pick<Member, 'name' | 'displayName'>[]>;
}

/** How an account is registered. */
export interface Registration {
  readonly at: number;
  readonly address: string;
  /** The invitation's id; undefined if none is needed. */
  readonly invitation: string | undefined;
}

/** An invitation to register. Its code is not stored. */
export interface Invitation {
  /** The hash of the code. */
  readonly id: string;
  /** The number of accounts that can still be registered with it. */
  readonly usesLeft: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export interface Invitations {
  /** A valid invitation. */
  find(id: string, now: number): Promise<Invitation | undefined>;
}

/** Passwords tried, by name and address. */
export interface LoginTries {
  find(name: string, address: string): Promise<TryRecord | undefined>;
  /** Replaces the record under an optimistic lock. On conflict, returns the current record. */
  replace(
    name: string,
    address: string,
    before: TryRecord | undefined,
    after: TryRecord,
  ): Promise<{ replaced: true } | { replaced: false; now: TryRecord | undefined }>;
}

export interface State extends Settings {
  /** The banned addresses and prefixes, each with the end of its ban (epoch ms); 0: until it is lifted. */
  readonly bans: Bans;
  /** The number of sessions, including detached ones. */
  readonly online: number;
  /** A version number: each login and each end of a session changes it. */
  readonly logins: number;
  /** The usage of the month in which it was last counted. */
  readonly usage?: Usage | undefined;
  /** US$ for commands and posts since the room exists, at average prices. Environments add to it now and then. */
  readonly spent?: number | undefined;
  /** Why the room has closed itself. */
  readonly closedFor?: 'budget' | undefined;
}

/** The room's settings, and the count of users online. */
export interface RoomState {
  read(): Promise<State>;
  /** Reads the Room item, and creates it if it does not exist. Every transaction needs it. */
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
   * Whether the caller must start the sweeper: true for one caller until the given time. A run that waits for that time sees all
   * connections lost until then.
   */
  claimSweep(now: number, until: number): Promise<boolean>;
  /** Whether a login may ask another client whether it is there. Counts it, in a token bucket of the room. */
  claimQuestion(now: number): Promise<boolean>;
  /**
   * Counts a minute with `online` users, once, even if several callers report it. `state` is the state last read. The first minute of
   * a month also records the room stream's last number, which `broadcasts` returns.
   */
  noteUsage(state: State, online: number, now: number, broadcasts: () => Promise<number>): Promise<void>;
  /** Notes that the room warns of its budget; false if it has warned of this budget this month. */
  noteWarning(state: State, now: number): Promise<boolean>;
  /** Closes the room because its budget is used up; false if it is closed. */
  closeForBudget(now: number): Promise<boolean>;
}

/**
 * How a post ended. `sent` does not prove that a client received the frame. `failed` may succeed later (throttled, a slow reader, a
 * timeout); `rejected` never will (too large, forbidden).
 */
export type PostOutcome = 'sent' | 'gone' | 'failed' | 'rejected';

/** Frames to connections. Nothing here throws for a connection that is gone. */
export interface ConnectionGateway {
  post(connectionId: string, frame: string): Promise<PostOutcome>;
  /** Closes a connection. Does nothing if it is gone. */
  close(connectionId: string): Promise<void>;
  /** Whether API Gateway knows the connection. It also knows a connection whose client is gone without a word. */
  isOpen(connectionId: string): Promise<boolean>;
}

/** The part of a session that a post needs. */
export type Recipient = Pick<Session, 'name' | 'displayName' | 'accountId' | 'connectionId'>;

/** A post to many connections, made by the fan-out function. */
export interface FanOut {
  readonly to: readonly Recipient[];
  readonly event: RoomEvent;
  /** The number of this attempt for these recipients, from 1. */
  readonly attempt: number;
}

/** The event for the other users when a session begins or ends. */
export interface Notice {
  readonly event: EventOf<'login' | 'logout'>;
  /** The folded name of the event's user, who does not receive it. */
  readonly except: string;
}

/** Notices of a large room, counted until one post reports them all. */
export interface NoticeBatch {
  /**
   * Counts a notice. Returns the time (epoch ms) at which the caller must post the batch, at least `intervalMs` after the last one;
   * undefined if another caller posts it.
   */
  add(kind: Notice['event']['event'], now: number, intervalMs: number): Promise<number | undefined>;
  /** Ends the batch, and returns its counts. */
  take(now: number): Promise<{ readonly came: number; readonly left: number }>;
}

export interface AsyncInvoker {
  invokeFanOut(fanOut: FanOut): Promise<void>;
  invokeNotice(notice: Notice): Promise<void>;
  /** Runs the sweeper at once, because a limit has changed. */
  invokeSweeper(): Promise<void>;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleepUntil(time: number): Promise<void>;
}

/** Logs a failure that is not reported to a caller, as one line. */
export type LogError = (what: string, error: unknown, about?: Record<string, unknown>) => void;

/** Metrics for the operator. A successful command never writes any, because each line costs money. */
export interface Metrics {
  readonly peopleOnline: number;
  /** The error in the count of users online. */
  readonly countDrift: number;
  /** Posts that failed at every attempt. */
  readonly postsGivenUp: number;
  /** Percent of MONTHLY_BUDGET. */
  readonly budgetUsed: number;
}

export type RecordMetrics = (figures: Partial<Metrics>) => void;

/** An entry of the audit log. Never contains the text of a message or a secret. */
export interface AuditEntry {
  /** The command, or the event that no command caused. */
  readonly what: string;
  /** The folded name of the acting user, if known. */
  readonly user?: string | undefined;
  /** `ok`, the refusal's code, or why a session ended. */
  readonly result: string;
  /** Duration in milliseconds. */
  readonly ms?: number;
  readonly connectionId?: string;
  /** Set when a user logs in, or is refused. */
  readonly address?: string;
  readonly about?: Readonly<Record<string, unknown>>;
}

/** Writes one line to the log. */
export type AuditLog = (entry: AuditEntry) => void;

/** All ports of the core. */
export interface Room {
  readonly accounts: Accounts;
  readonly connections: Connections;
  readonly guests: Guests;
  readonly sessions: Sessions;
  readonly seats: Seats;
  readonly invitations: Invitations;
  readonly loginTries: LoginTries;
  readonly strangerTries: StrangerTries;
  readonly streams: Streams;
  readonly files: Files;
  readonly state: RoomState;
  readonly gateway: ConnectionGateway;
  readonly asyncInvoker: AsyncInvoker;
  readonly noticeBatch: NoticeBatch;
  readonly clock: Clock;
  /** The rate limits, as cached in this Lambda environment. */
  readonly rateLimiters: RateLimiters;
  /** The room's logins and logouts of late, as this Lambda environment has seen them. */
  readonly turnover: Turnover;
  /** The current cost of hashing a password. */
  readonly passwordCost: PasswordCost;
  /** The origin of the room's own web page. */
  readonly pageOrigin: string | undefined;
  readonly logError: LogError;
  readonly recordMetrics: RecordMetrics;
  readonly auditLog: AuditLog;
}
