import type { EventOf } from '../../../protocol/index.ts';
import type { BackupStore, Jobs, RoomLifecycle, TableDump } from '../backup/ports.ts';
import type { FileRoom } from '../files/file-room.ts';
import type { Account } from '../model.ts';
import type { Draft, Invitation, Provenance } from '../ports.ts';
import type { DoctorStore } from './doctor/ports.ts';
import type { ListPage } from './list-page.ts';

/** An account as a list shows it. Times are epoch milliseconds. */
export interface ListedAccount {
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

/** How much is stored. DynamoDB updates its counts about every six hours; an exact count would read whole tables. */
export interface Sizes {
  readonly users: { readonly items: number };
  /** `since` (epoch ms): older messages have expired. */
  readonly messages: { readonly items: number; readonly since: number };
  /** Of all tables. Undefined where the emulator does not report it. */
  readonly bytes: number | undefined;
  /** Of the files and backups in the bucket, now. */
  readonly objectBytes: number;
}

/** Lists for the administrator. Only they may scan a table. */
export interface AdminQueries {
  sizes(now: number): Promise<Sizes>;
  accounts(from: string | undefined): Promise<ListPage<ListedAccount>>;
  /** The suspended accounts. */
  suspended(from: string | undefined): Promise<ListPage<ListedAccount>>;
  /** The login blocks in force at a time (epoch ms). */
  loginBlocks(now: number, from: string | undefined): Promise<ListPage<LoginBlock>>;
  /** The last activity (epoch ms) of each connection that still exists, by connection id. */
  lastActive(connectionIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The ids of some connections on record; empty when there are none left. */
  connections(limit: number): Promise<readonly string[]>;
}

/** Changes of an account that only the administrator may make. */
export interface AccountAdmin {
  /**
   * Lifts the login blocks of a name, from one address or from all, and returns them. Matches every form of an address that
   * counts as the same.
   */
  liftBlocks(name: string, address: string | undefined, now: number): Promise<readonly LoginBlock[]>;
  /** Sets a password that must be changed at the next login. False if it was changed meanwhile, or a restore has begun. */
  resetPassword(account: Account, newHash: string): Promise<boolean>;
  /** Creates an account with a password that must be changed at the first login. `conflict`: a restore has begun. */
  add(account: Account, at: number): Promise<'created' | 'user-exists' | 'conflict'>;
  /** Suspends an account, or lifts that. False if it was deleted meanwhile, or a restore has begun. */
  suspend(account: Account, suspended: boolean): Promise<boolean>;
  /** Removes an account. `conflict`: its user is online, or a restore has begun. */
  remove(account: Account, reservedUntil: number | undefined): Promise<'removed' | 'conflict' | 'gone'>;
}

/** Invitations to register. */
export interface InvitationAdmin {
  create(invitation: Invitation): Promise<void>;
  /** The valid invitations, those that expire first at the beginning. */
  all(now: number): Promise<readonly Invitation[]>;
  /** Deletes an invitation, if there is one. */
  revoke(id: string): Promise<void>;
}

/** Bans of addresses, in the Room item. */
export interface BanAdmin {
  /** Adds or replaces a ban, and removes `expired` ones. False if a restore has begun. */
  ban(address: string, until: number, expired: readonly string[]): Promise<boolean>;
  /** Removes the ban of an address, if there is one. False if a restore has begun, or if there was never a ban. */
  unban(address: string): Promise<boolean>;
}

/** Broadcasts of the administrator. */
export interface Announcements {
  /** Commits a broadcast to the room's stream. Undefined if a restore has begun, which would overwrite it. */
  commit(draft: Draft<EventOf<'broadcast'>>, provenance: Provenance): Promise<EventOf<'broadcast'> | undefined>;
}

/** A line of the room's log. */
export interface LogLine {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The line's JSON. A line that is not JSON is given as `message`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads the log of all functions. */
export interface LogReader {
  /** How long (ms) after it was written a line can be read. */
  readonly delay: number;
  /** Reads lines in order, from `since` to before `until` (epoch ms), of all users or of one (folded name). */
  read(range: {
    readonly since: number;
    readonly until?: number | undefined;
    readonly user?: string | undefined;
    readonly from?: string | undefined;
  }): Promise<ListPage<LogLine>>;
}

/** The ports of the administrator's commands: those of the room, and some of their own. */
export interface AdminRoom extends FileRoom {
  readonly queries: AdminQueries;
  readonly accountAdmin: AccountAdmin;
  readonly invitationAdmin: InvitationAdmin;
  readonly banAdmin: BanAdmin;
  readonly announcements: Announcements;
  readonly doctorStore: DoctorStore;
  readonly logReader: LogReader;
  readonly tableDump: TableDump;
  readonly backupStore: BackupStore;
  readonly jobs: Jobs;
  readonly lifecycle: RoomLifecycle;
  /** How long (ms) one invocation works before it returns its progress. */
  readonly timeBudget: number;
  /** How long (ms) a restore waits for commands that are running when the room is closed. */
  readonly drainTime: number;
}
