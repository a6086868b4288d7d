import type { EventOf } from '../../../protocol/index.ts';
import type { Archive, Door, Tasks, Vault } from '../backup/ports.ts';
import type { FileRoom } from '../files/file-room.ts';
import type { Account } from '../model.ts';
import type { Draft, Provenance } from '../ports.ts';
import type { Records } from './doctor/ports.ts';

/** A part of a long list, and where the next one begins: opaque, and undefined at its end. */
export interface Slice<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** An account as a list shows it. Times are epoch milliseconds. */
export interface Listed {
  readonly name: string;
  readonly displayName: string;
  readonly createdAt: number;
  readonly lastSeenAt: number | undefined;
}

/** A name that is blocked from an address. */
export interface LoginBlock {
  readonly name: string;
  readonly address: string;
  /** Epoch milliseconds. */
  readonly blockedUntil: number;
}

/** What is stored. DynamoDB counts its tables about every six hours: counting at once would mean reading all of it. */
export interface Sizes {
  readonly users: { readonly items: number };
  /** `since`: no message from before then (epoch ms) is among them; it has expired. */
  readonly messages: { readonly items: number; readonly since: number };
  /** Of all tables; undefined where DynamoDB does not tell, as that of some emulators. */
  readonly bytes: number | undefined;
  /** Of the files and backups in the bucket, now. */
  readonly objectBytes: number;
}

/** The lists that only an administrator reads: nothing else may go through a table from end to end. */
export interface Registry {
  sizes(now: number): Promise<Sizes>;
  accounts(from: string | undefined): Promise<Slice<Listed>>;
  /** Blocks that have not ended by a time (epoch ms). */
  loginBlocks(now: number, from: string | undefined): Promise<Slice<LoginBlock>>;
  /** When connections were last active (epoch ms), by their ids; those that are gone are left out. */
  lastActive(connectionIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The ids of so many of the connections on record, for as long as there are any. */
  connections(limit: number): Promise<readonly string[]>;
}

/** What only an administrator may do to somebody's account. */
export interface Keeper {
  /** Lifts the blocks of a name, from everywhere or from one address, as listed or any that counts as it; gives those that were lifted. */
  liftBlocks(name: string, address: string | undefined, now: number): Promise<readonly LoginBlock[]>;
  /** Sets a password that must be changed at the next login. False if it was changed meanwhile, or a restore has begun. */
  resetPassword(account: Account, newHash: string): Promise<boolean>;
  /** Removes an account. ConditionFailed if somebody is in the room under it, or a restore has begun. */
  remove(account: Account): Promise<'removed' | 'hindered' | 'gone'>;
}

/** What the administrator says to everybody. */
export interface Announcements {
  /** Commits it to the room's stream; undefined if a restore has begun, which would write over it. */
  commit(draft: Draft<EventOf<'broadcast'>>, provenance: Provenance): Promise<EventOf<'broadcast'> | undefined>;
}

/** A line of the room's log. */
export interface LogLine {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** What the line holds; of one that is no JSON, its text as `message`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The room's log, as all its functions have written it. */
export interface Logbook {
  /** How long (ms) a line may take, once written, until it is there to be read. */
  readonly lateness: number;
  /**
   * Lines since a time (epoch ms) and before another, in their order; of everybody, or of one user (by folded name).
   * A slice may be empty and yet not the last.
   */
  read(range: {
    readonly since: number;
    readonly until?: number | undefined;
    readonly user?: string | undefined;
    readonly from?: string | undefined;
  }): Promise<Slice<LogLine>>;
}

/** What the administrator's commands stand on: the room, and what is nobody else's. */
export interface AdminRoom extends FileRoom {
  readonly registry: Registry;
  readonly keeper: Keeper;
  readonly announcements: Announcements;
  readonly records: Records;
  readonly logbook: Logbook;
  readonly archive: Archive;
  readonly vault: Vault;
  readonly tasks: Tasks;
  readonly door: Door;
  /** How long (ms) one invocation works before it says how far it has come. */
  readonly slice: number;
}
