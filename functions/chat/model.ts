import type { LogoutReason } from '../../protocol/index.ts';

export type { ChangeableSettings, Settings } from '../../protocol/admin/settings.ts';

/** How far someone has read: the last number acknowledged in each stream. */
export interface Positions {
  inbox: number;
  room: number;
}

/** Who somebody is, for as long as the account exists: a name that is registered anew gets another id. */
export interface Member {
  /** The folded name, unique in the room. */
  readonly name: string;
  /** The name as its owner typed it. */
  readonly displayName: string;
  readonly accountId: string;
}

export interface Account extends Member {
  /** PHC string. */
  readonly passwordHash: string;
  /** The password is one for a single login, at which another must be chosen. */
  readonly mustChangePassword: boolean;
  /** Whom this account has blocked: account id to folded name. */
  readonly blocks: ReadonlyMap<string, string>;
  /** Account ids of those who have blocked this one. */
  readonly blockedBy: ReadonlySet<string>;
  readonly acknowledged: Positions;
}

/** How fast one connection may send commands. */
export interface RateLimit {
  /** Commands a second, in the long run. */
  readonly rate: number;
  /** Commands at once, after a silence. */
  readonly burst: number;
}

/** One open connection, and who speaks over it. All times are epoch milliseconds. */
export interface Connection {
  readonly connectionId: string;
  readonly address: string;
  readonly lastActiveAt: number;
  /** When its client last answered `are-you-there`. */
  readonly answeredAt?: number | undefined;
  /** When its session was detached because API Gateway did not know the connection. */
  readonly lostAt?: number | undefined;
  readonly rateLimit: RateLimit;
  /** The time that all it has said would take at its rateLimit. */
  readonly theoreticalArrivalTime: number;
  readonly member: Member | undefined;
}

/** Somebody's presence in the room. */
export interface Session extends Member {
  readonly connectionId: string;
  readonly address: string;
  readonly since: number;
  /** No later than the true last activity, which the connection knows. */
  readonly activeSince: number;
  /** When its connection was lost; undefined while it is online. */
  readonly detachedAt: number | undefined;
  /** What the count knows the session by; undefined if the session began under a version of the room without seats. */
  readonly seat: string | undefined;
}

export type EndReason = LogoutReason;

/** Activity is written down at most this often (ms), so a session may outlive TIME_OUT by this much, and never ends early. */
export const activityResolutionMs = 4_000;
