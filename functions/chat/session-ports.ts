import type { Bans } from './bans.ts';
import type { Account, Member, Session } from './model.ts';

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

/** How a session is ended, and the conditions under which it may be: it is unchanged since it was read. */
export interface EndGuard {
  /** The connection's last activity, at the time of the read. */
  readonly lastActiveAt?: number;
  /** The loss of the connection, at the time of the read. */
  readonly detachedAt?: number;
  /** Why an administrator ends it. The reason is stored, and the token must be the same as at the time of the read. */
  readonly kickReason?: string;
}

export interface Removal {
  readonly account: Account;
  /** Until when (epoch ms) nobody can register under the name; undefined: it is free at once. */
  readonly reservedUntil: number | undefined;
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

/** Whom the room admits. */
export interface Admission {
  readonly open: boolean;
  readonly bans: Bans;
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
   * Confirms that a login has committed, and returns whom the room admits now. `seat` is undefined for a session that kept its seat.
   */
  confirm(seat: string | undefined): Promise<Admission>;
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
