import type { Connection, RateLimit, Settings } from './model.ts';

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

/** An address, as the sweeper sees it. */
export interface GuestAddress {
  readonly address: string;
  /** Its guests: connection id, and when it connected (epoch ms). */
  readonly guests: ReadonlyMap<string, number>;
  /** Whether it has had new connections of late, so its record must stay. */
  readonly hasConnects: boolean;
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
  /** Whether this Lambda environment saw a moment ago that the address's connections are used up. Reads nothing. */
  isUsedUp(address: string, at: number): boolean;
  /** Counts so many new connections of an address in addition. If they are used up, returns the connection ids of its guests. */
  penalize(address: string, connects: number, at: number): Promise<readonly string[]>;
  /** All addresses. An eventually consistent read. */
  addresses(now: number): Promise<GuestAddress[]>;
  /** Deletes the record of an address that has no guests, and no new connections of late. */
  tidy(address: string, at: number): Promise<void>;
}
