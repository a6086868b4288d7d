import type { EventOf, RoomEvent } from '../../protocol/index.ts';
import type { Bans } from './bans.ts';
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
import type { StrangerTries } from './stranger-tries.ts';
import type { Streams } from './stream-ports.ts';
import type { Usage } from './usage.ts';

export type { Draft, Kept, Page, Provenance, RepeatableRequest, Stream, Streams } from './stream-ports.ts';

/** Accounts, by folded name. */
export interface Accounts {
  find(name: string): Promise<Account | undefined>;
  findAll(names: readonly string[]): Promise<Account[]>;
  /** Creates an account, makes the address known for its name, and uses the invitation up by one. */
  create(account: Account, by: Registration): Promise<'created' | 'user-exists' | 'invalid-invitation'>;
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

export interface Connections {
  open(connectionId: string, address: string, rateLimit: RateLimit, at: number): Promise<void>;
  find(connectionId: string): Promise<Connection | undefined>;
  /** Records a command: `usedMs` is its use of the token bucket (ms), `active` whether it counts as activity. */
  touch(connection: Connection, spoken: { at: number; active: boolean; usedMs: number }): Promise<void>;
  /** Records that the connection's client has answered `are-you-there`. */
  recordAnswer(connectionId: string, at: number): Promise<void>;
  /** Deletes a closed connection, and returns its last state. */
  close(connectionId: string): Promise<Connection | undefined>;
  /** Deletes a connection, unless it has logged in. Then it returns false. */
  closeGuest(connectionId: string): Promise<boolean>;
}

/** A connection that has not logged in. `at`: now (epoch ms). */
export interface Guest {
  readonly address: string;
  readonly connectionId: string;
  readonly at: number;
}

/** The connections of each address that have not logged in, and its new connections in ten minutes. */
export interface Guests {
  /** Whether this Lambda environment refused the address a moment ago. Reads nothing. */
  isRefused(address: string, at: number): boolean;
  /** Counts a new connection in one atomic update, unless a limit is reached. */
  admit(
    guest: Guest,
    limits: Pick<Settings, 'guestsPerAddress' | 'connectsPerAddress'>,
  ): Promise<'admitted' | 'too-many-guests' | 'too-many-connects'>;
  /** Uncounts a guest that has logged in or is closed, once. A connection that `resumed` a session is no new connection. */
  forget(guest: Guest, how?: { readonly resumed?: boolean }): Promise<void>;
  /** Counts so many new connections of an address in addition. */
  penalize(address: string, connects: number, at: number): Promise<void>;
  /** The addresses with their guests: connection id, and when it connected (epoch ms). An eventually consistent read. */
  addresses(): Promise<{ readonly address: string; readonly guests: ReadonlyMap<string, number> }[]>;
  /** Deletes the record of an address that has no guests, and no new connections of late. */
  tidy(address: string, at: number): Promise<void>;
}

/** The data that a login commits in one transaction. */
export interface Login {
  readonly account: Account;
  readonly connectionId: string;
  readonly address: string;
  readonly at: number;
  readonly tokenHash: string;
  /** Set when the password was rehashed with the current parameters, or changed. */
  readonly newHash: string | undefined;
  /** A session that this login replaces. */
  readonly takesOver: Session | undefined;
}

export type LoginOutcome =
  | { readonly kind: 'begun'; readonly session: Session }
  | { readonly kind: 'room-full' | 'room-stopped' | 'connection-taken' | 'account-changed' | 'login-blocked' }
  /** The user is online already. */
  | { readonly kind: 'online'; readonly session: Session }
  /** The session to take over has ended or changed. Read it again. */
  | { readonly kind: 'changed' };

/** The conditions under which a session may be ended: it is unchanged since it was read. */
export interface EndGuard {
  /** The connection's last activity, at the time of the read. */
  readonly lastActiveAt?: number;
  /** The loss of the connection, at the time of the read. */
  readonly detachedAt?: number;
}

export interface Removal {
  readonly account: Account;
  readonly address: string;
  readonly at: number;
}

/** Seats of sessions that ended together, and that are still counted. */
export interface Leaving {
  readonly id: string;
  readonly seats: readonly string[];
  /** The number of seats to subtract from the count. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The seats in the Room item. */
export interface SeatState {
  readonly open: boolean;
  /** When the room was closed (epoch ms); undefined if it is open, or was closed for a restore. */
  readonly closedAt: number | undefined;
  /** The number of seats taken: never below the number of sessions, and equal to it when no login or logout is running. */
  readonly online: number;
  /** A version number: each login and each end of a session changes it. */
  readonly logins: number;
  /** Seats whose login may not have committed, and when they were taken (epoch ms). */
  readonly entering: ReadonlyMap<string, number>;
  /** Leavings whose seats were given back, and when their sessions ended (epoch ms). */
  readonly givenBack: ReadonlyMap<string, number>;
}

/** The count of users online. A login takes a seat before its transaction; the caller that ends a session gives it back afterwards. */
export interface Seats {
  read(): Promise<SeatState>;
  /**
   * Confirms that a login has committed. Returns false if the room is closed. `seat` is undefined for a session that
   * kept its seat.
   */
  confirm(seat: string | undefined): Promise<boolean>;
  /** Gives back, once, a seat whose login did not commit. */
  refund(seat: string): Promise<void>;
  /** Leavings whose seats may still be counted. */
  leaving(): Promise<Leaving[]>;
  /** Gives back, once, the seats of a leaving. */
  giveBack(leaving: Leaving): Promise<void>;
  /** Deletes the marks of leavings that were given back. They must not be given back again afterwards. */
  forget(leavings: readonly string[]): Promise<void>;
  /** Sets the count, if no seat has been taken or given back since `logins` was read. */
  correctCount(online: number, logins: number): Promise<boolean>;
}

/** A transaction of DynamoDB takes 100 writes: three for each session, and one for their seats. */
export const mostEndedTogether = 33;

/** The users in the room. A session is begun, moved and ended in a transaction without the Room item. */
export interface Sessions {
  find(name: string): Promise<Session | undefined>;
  /** An eventually consistent read at half the price, for a caller that reads again before it relies on the result. */
  findRecent(name: string): Promise<Session | undefined>;
  /** All sessions, including detached ones. */
  all(): Promise<Session[]>;
  begin(login: Login): Promise<LoginOutcome>;
  /** Moves a session to another connection, if the token is valid. The caller then checks that the room is open. */
  resume(move: {
    member: Member;
    tokenHash: string;
    newTokenHash: string;
    from: string;
    to: string;
    address: string;
    at: number;
  }): Promise<'resumed' | 'bad-token'>;
  /** Ends a session, and returns the seat to give back. Undefined if the session has ended already, or the guard does not hold. */
  end(session: Session, at: number, guard?: EndGuard): Promise<Leaving | undefined>;
  /**
   * Ends up to {@link mostEndedTogether} sessions at once, and leaves their connections open but unbound. Undefined, and none is ended,
   * if one of them has ended or moved on, or its connection is not on record.
   */
  endTogether(sessions: readonly Session[], at: number): Promise<Leaving | undefined>;
  /** Marks the connection of a session as lost, because it was closed; false if that session has ended or moved on. */
  detach(member: Member, connectionId: string, at: number): Promise<boolean>;
  /** Marks the connection of a session as lost, because API Gateway does not know it. {@link reattach} undoes it. */
  detachReversibly(member: Member, connectionId: string, at: number): Promise<boolean>;
  /** The connection of a detached session is alive; false if that session has ended or moved on. */
  reattach(member: Member, connectionId: string): Promise<boolean>;
  /** Notes for the sweeper that the session was active at least until `activeSince`. */
  noteActivity(session: Session, activeSince: number): Promise<void>;
  /** Deletes an account, if its user has no session. */
  removeAccount(removal: Removal): Promise<'removed' | 'online' | 'account-changed' | 'login-blocked'>;
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
  /** The current cost of hashing a password. */
  readonly passwordCost: PasswordCost;
  readonly logError: LogError;
  readonly recordMetrics: RecordMetrics;
  readonly auditLog: AuditLog;
}
