import type { ByteSource } from '../../../protocol/backup/sealed-file.ts';
import type { BackupRecord, Counts, KeptFile, KeptLoginBlock, KeptMessage, KeptRoom, KeptUser } from './records.ts';

/** A stream in a backup: the room's, or an account's inbox. */
export type KeptStream =
  | { readonly stream: 'room' }
  | { readonly stream: 'inbox'; readonly owner: { readonly name: string; readonly accountId: string } };

/** A page of a table. `next` is the start key of the next page, undefined on the last one. */
export interface TablePage<T> {
  readonly items: readonly T[];
  readonly next: TableKey | undefined;
}

export type TableKey = Readonly<Record<string, string | number>>;

/** Reads and writes whole tables. */
export interface TableDump {
  /** What a backup keeps of the Room item. */
  room(): Promise<KeptRoom>;
  users(from: TableKey | undefined, limit: number): Promise<TablePage<KeptUser>>;
  loginBlocks(from: TableKey | undefined): Promise<TablePage<KeptLoginBlock>>;
  /** Files that wait for their recipients. */
  files(from: TableKey | undefined): Promise<TablePage<KeptFile>>;
  /**
   * The messages of a stream after a number, in order and without gaps except for expired ones. `limit` counts
   * tombstones, too, so a page may be empty. `last` is the last number read. `more`: messages may follow it.
   */
  messages(
    stream: KeptStream,
    after: number,
    limit: number,
  ): Promise<{ messages: readonly KeptMessage[]; last: number; more: boolean }>;
  /** Writes users (without `blockedBy`), messages and login blocks, and overwrites existing items. */
  put(records: readonly BackupRecord[]): Promise<void>;
  /**
   * Writes a file's record if its recipient exists. A file that was announced to the recipient at or after `sure` (epoch ms) is
   * written only if the inbox holds the message about it.
   */
  putFile(file: KeptFile, sure: number): Promise<void>;
  dropFile(file: KeptFile): Promise<void>;
  /** Sets the blocked side of each block whose blocked account exists. */
  putBlockedBy(blockers: readonly KeptUser[]): Promise<void>;
  /** Makes the room's stream continue after this number. Inboxes continue after their last message or cursor. */
  beginRoom(end: number): Promise<void>;
  /** Deletes a batch of users, messages, files and connections. True when nothing is left. */
  wipe(): Promise<boolean>;
  /** Counts a batch of items, from the end of the last call. `next` is undefined after the last batch. */
  count(from: CountKey | undefined): Promise<{ counts: Counts; next: CountKey | undefined }>;
  isEmpty(): Promise<boolean>;
}

export interface CountKey {
  readonly kind: keyof Counts;
  readonly from: TableKey | undefined;
}

/** A backup in the bucket. */
export interface BackupEntry {
  readonly name: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly storedAt: string;
}

/** Backups and saved logs in the bucket. */
export interface BackupStore {
  beginUpload(file: BucketFile): Promise<string>;
  /**
   * Uploads a part, numbered from 1. Every part but the last has at least {@link partBytes}. Returns its tag, or undefined if the
   * upload was completed before.
   */
  uploadPart(file: BucketFile, uploadId: string, number: number, bytes: Uint8Array): Promise<string | undefined>;
  /** Completes an upload. False if it was completed before. */
  finishUpload(file: BucketFile, uploadId: string, tags: readonly string[]): Promise<boolean>;
  /** A file to read from, or undefined if it does not exist. */
  open(file: BucketFile): Promise<ByteSource | undefined>;
  list(folder: BucketFile['folder']): Promise<BackupEntry[]>;
  /** Keeps bytes between two invocations, for a day at most. */
  stash(key: string, bytes: Uint8Array): Promise<void>;
  unstash(key: string): Promise<Uint8Array>;
  /** Presigned URLs, valid for a few minutes. */
  downloadUrl(file: BucketFile): Promise<string>;
  uploadUrl(file: BucketFile, bytes: number): Promise<{ url: string; headers: Readonly<Record<string, string>> }>;
}

export interface BucketFile {
  readonly folder: 'backups' | 'logs' | 'files';
  readonly name: string;
}

/** The object with the bytes of a file. */
export const objectAt = (objectKey: string): BucketFile => ({
  folder: 'files',
  name: objectKey.slice('files/'.length),
});

/** S3's multipart limits: parts of at least 5 MB, except the last, and at most 10,000 of them. */
export const partBytes = 6 * 1024 * 1024;

/** A job that takes longer than one invocation. There is at most one. */
export interface Job {
  readonly id: string;
  readonly kind: string;
  /** Counts the invocations. */
  readonly step: number;
  /** Version tag for optimistic locking. */
  readonly version: string;
  /** Whether an invocation works on that step now. */
  readonly inHand: boolean;
  /** Until then (epoch ms) no other invocation may begin a job, or take over this step. */
  readonly busyUntil: number;
  readonly state: unknown;
}

export interface Jobs {
  /** The current job, or one that was abandoned. */
  read(): Promise<Job | undefined>;
  /** Replaces the job that was read (undefined: none). False if it has changed meanwhile. */
  replace(before: Job | undefined, after: Job | undefined): Promise<boolean>;
}

/** Set in the Room item while a restore is under way. It keeps the room closed. */
export interface RestoreLock {
  readonly file: string;
  /** Whether the room opens when the restore is done. */
  readonly open: boolean;
  /** Whether the restore may have changed data. From then on the room cannot be used until a restore has completed. */
  readonly writing: boolean;
}

/** Opens and closes the room, and locks it for a restore. */
export interface RoomLifecycle {
  /**
   * Closes the room, and keeps it closed after a restore that is under way. Returns the time (epoch ms) when it was closed: a room
   * that is closed already keeps its time.
   */
  close(at: number): Promise<number>;
  /** Opens the room; a room that is open already stays so. False if a restore is under way. */
  open(at: number): Promise<boolean>;
  /** When the room was last opened and closed (epoch ms). */
  times(): Promise<{ openedAt: number | undefined; closedAt: number | undefined }>;
  restoreLock(): Promise<RestoreLock | undefined>;
  /** Sets the lock, and closes the room. */
  lock(lock: RestoreLock): Promise<void>;
  /** Notes in the lock that the restore is about to change data, and from which file. */
  noteWriting(file: string): Promise<void>;
  /** Removes the lock, writes the restored state, and opens the room if the lock says so. */
  unlock(lock: RestoreLock, restored?: KeptRoom): Promise<void>;
}
