import type { ByteSource } from '../../../protocol/backup/sealed-file.ts';
import type { Settings } from '../model.ts';
import type { BackupRecord, Counts, KeptFile, KeptLoginBlock, KeptMessage, KeptUser } from './records.ts';

/** A stream as a backup reads it: the room's, or the inbox of an account. */
export type KeptStream =
  | { readonly stream: 'room' }
  | { readonly stream: 'inbox'; readonly owner: { readonly name: string; readonly accountId: string } };

/** One page of a table; `next` is where the next one begins, undefined after the last. */
export interface TablePage<T> {
  readonly items: readonly T[];
  readonly next: TableKey | undefined;
}

export type TableKey = Readonly<Record<string, string | number>>;

/** The room's tables, read and written as a whole. */
export interface Archive {
  users(from: TableKey | undefined, limit: number): Promise<TablePage<KeptUser>>;
  loginBlocks(from: TableKey | undefined): Promise<TablePage<KeptLoginBlock>>;
  /** Files that wait for their recipients. */
  files(from: TableKey | undefined): Promise<TablePage<KeptFile>>;
  /**
   * The messages of a stream after a number, in their order, gapless but for what has expired, and the last number looked at.
   * `more`: there may be messages after that.
   */
  messages(
    stream: KeptStream,
    after: number,
    limit: number,
  ): Promise<{ messages: readonly KeptMessage[]; last: number; more: boolean }>;
  /** Writes users without those who block them, messages, login blocks; what stands in their place is overwritten. */
  put(records: readonly BackupRecord[]): Promise<void>;
  /**
   * Writes a file's record, if its recipient is there and, should it have been told of it after `sure` (epoch ms), the message that
   * tells of it.
   */
  putFile(file: KeptFile, sure: number): Promise<void>;
  dropFile(file: KeptFile): Promise<void>;
  /** Sets the other side of blocks, for as many of the blocked as exist. */
  putBlockedBy(blockers: readonly KeptUser[]): Promise<void>;
  /** Deletes a part of whatever there is of people, messages and connections; true when nothing was left. */
  wipe(): Promise<boolean>;
  /** Counts a part of what there is, from where the last part ended; no `next` after the last. */
  count(from: CountKey | undefined): Promise<{ counts: Counts; next: CountKey | undefined }>;
  isEmpty(): Promise<boolean>;
}

export interface CountKey {
  readonly kind: keyof Counts;
  readonly from: TableKey | undefined;
}

/** A backup in the vault. */
export interface VaultEntry {
  readonly name: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly storedAt: string;
}

/** Where backups and saved logs are kept, by folder and name. */
export interface Vault {
  beginUpload(file: VaultFile): Promise<string>;
  /** Stores a part, from 1 on; each but the last has {@link partBytes} at least. Gives its tag, or undefined if the upload is over. */
  uploadPart(file: VaultFile, uploadId: string, number: number, bytes: Uint8Array): Promise<string | undefined>;
  /** Makes a file of the parts. False if the upload is over. */
  finishUpload(file: VaultFile, uploadId: string, tags: readonly string[]): Promise<boolean>;
  /** A file to read from, or undefined if there is none of that name. */
  open(file: VaultFile): Promise<ByteSource | undefined>;
  list(folder: VaultFile['folder']): Promise<VaultEntry[]>;
  /** Keeps a few bytes between two invocations, under a key, for a day at the most. */
  stash(key: string, bytes: Uint8Array): Promise<void>;
  unstash(key: string): Promise<Uint8Array>;
  /** Addresses good for a few minutes, for who has no other way to the vault. */
  downloadUrl(file: VaultFile): Promise<string>;
  uploadUrl(file: VaultFile, bytes: number): Promise<{ url: string; headers: Readonly<Record<string, string>> }>;
}

export interface VaultFile {
  readonly folder: 'backups' | 'logs' | 'files';
  readonly name: string;
}

/** Where the bytes of a file are. */
export const objectAt = (objectKey: string): VaultFile => ({
  folder: 'files',
  name: objectKey.slice('files/'.length),
});

/** S3 takes parts of 5 MB and more, but for the last, and ten thousand of them. */
export const partBytes = 6 * 1024 * 1024;

/** Work that takes longer than one invocation may: there is one at a time. */
export interface Task {
  readonly id: string;
  readonly kind: string;
  /** How many invocations have had a hand in it. */
  readonly step: number;
  /** Random; another one after every change. */
  readonly version: string;
  /** Whether an invocation is at work at that step. */
  readonly inHand: boolean;
  /** Until then (epoch ms) nobody else may begin one, nor take it out of a hand. */
  readonly busyUntil: number;
  readonly state: unknown;
}

export interface Tasks {
  /** The one task, under way or given up. */
  read(): Promise<Task | undefined>;
  /** Replaces the task that was read (undefined: none); false if somebody else did meanwhile. */
  replace(before: Task | undefined, after: Task | undefined): Promise<boolean>;
}

/** A restore under way, noted on the room so that nobody is let in half-way. */
export interface RestoreMark {
  readonly file: string;
  /** Whether the room is to be open again when it is over. */
  readonly open: boolean;
  /** Whether it may have changed anything yet. From then on what is in the room is nobody's, until a restore has been completed. */
  readonly writing: boolean;
}

/** What a restore leaves in the room's own item. */
export type RestoredRoom = Omit<Settings, 'open'> & { readonly lastBroadcast: number };

/** The room's own item, as it is opened, closed and restored. */
export interface Door {
  /**
   * Closes the room, also for when a restore is over that is under way. Gives when it was closed (epoch ms): a room that is closed
   * already keeps its time.
   */
  close(at: number): Promise<number>;
  /** Opens the room, if it is not open yet. False if a restore is under way. */
  open(at: number): Promise<boolean>;
  /** When the room was opened and closed last (epoch ms); undefined where that never was. */
  times(): Promise<{ openedAt: number | undefined; closedAt: number | undefined }>;
  mark(): Promise<RestoreMark | undefined>;
  /** Marks the room, and closes it. */
  setMark(mark: RestoreMark): Promise<void>;
  /** Notes in the mark that the room is about to be changed, and by which file. */
  noteWriting(file: string): Promise<void>;
  /** Takes the mark away, and opens the room if it is to be. What was restored comes with it; nobody is online then. */
  clearMark(mark: RestoreMark, restored?: RestoredRoom): Promise<void>;
}
