import type { LogoutReason } from '../../protocol/index.ts';
import type { Kicked } from './kicked.ts';

export type { ChangeableSettings, Settings } from '../../protocol/admin/settings.ts';

/** The last number that a user has acknowledged in each stream. */
export interface Positions {
  inbox: number;
  room: number;
}

/** The identity of an account. A name that is registered again gets another account id. */
export interface Member {
  /** The folded name, unique in the room. */
  readonly name: string;
  /** The name as its owner typed it. */
  readonly displayName: string;
  readonly accountId: string;
}

export interface Account extends Member {
  /** A PHC string. */
  readonly passwordHash: string;
  /** Whether the password is valid for one login, which must set another. */
  readonly mustChangePassword: boolean;
  /** False for an account of an earlier version, until its next login. */
  readonly nameClaimed: boolean;
  /** Whether an administrator keeps its user out. */
  readonly suspended: boolean;
  /** How the last session ended, if an administrator ended it. */
  readonly kicked?: Kicked | undefined;
  /** The users that this account has blocked: account id to folded name. */
  readonly blocks: ReadonlyMap<string, string>;
  /** The account ids of the users who have blocked this account. */
  readonly blockedBy: ReadonlySet<string>;
  readonly acknowledged: Positions;
  /** The state of the limit of its announced logins (GCRA, epoch ms); see {@link isAnnounced}. */
  readonly announcedUntil: number;
}

/** The rate limit of one connection. */
export interface RateLimit {
  /** Sustained commands per second. */
  readonly rate: number;
  /** The maximum burst of commands. */
  readonly burst: number;
}

/** An open connection, and the user who is logged in over it. All times are epoch milliseconds. */
export interface Connection {
  readonly connectionId: string;
  readonly address: string;
  readonly lastActiveAt: number;
  /** When the client last answered `are-you-there`. */
  readonly answeredAt?: number | undefined;
  /** When its session was detached because API Gateway did not know the connection. */
  readonly lostAt?: number | undefined;
  readonly rateLimit: RateLimit;
  /** The state of the rate limiter (GCRA): the time at which all accepted commands would end at the sustained rate. */
  readonly theoreticalArrivalTime: number;
  readonly member: Member | undefined;
}

/** A user's session. */
export interface Session extends Member {
  readonly connectionId: string;
  readonly address: string;
  /** Undefined if the session cannot be resumed. */
  readonly tokenHash: string | undefined;
  readonly since: number;
  /** A lower bound of the last activity. The exact time is in the connection item. */
  readonly activeSince: number;
  /** When the connection was lost. Undefined while the session has one. */
  readonly detachedAt: number | undefined;
  /** The id of the seat in the count. Undefined if the session began under an earlier version, without seats. */
  readonly seat: string | undefined;
  /** Whether neither its login nor its logout is announced; see `turnover.ts`. */
  readonly quiet: boolean;
}

export type EndReason = LogoutReason;

/** Activity is written at most this often (ms). So a session may end this much after TIME_OUT, but never before. */
export const activityResolutionMs = 4_000;
