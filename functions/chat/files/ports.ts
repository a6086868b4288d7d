import type { EventOf } from '../../../protocol/index.ts';
import type { Account, Member } from '../model.ts';
import type { Draft } from '../stream-ports.ts';

/**
 * A file on its way from one user to another. `announced`: the sender may upload the bytes. `stored`: the bytes are
 * complete, and the recipient's inbox has a message about them. `removing`: the file has ended; its bytes are being
 * deleted. All times are epoch milliseconds.
 */
export interface FileRecord {
  readonly recipient: Member;
  readonly sender: Member;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
  /** The key of the object with its bytes. A key is never used again. */
  readonly objectKey: string;
  readonly state: 'announced' | 'stored' | 'removing';
  /** The latest time at which an upload may begin. */
  readonly uploadUntil: number;
  /** When the tidying run ends the current state. */
  readonly dueAt: number;
  /** The number and time of the message in the recipient's inbox; set when the file is stored. */
  readonly told?: { readonly seq: number; readonly at: number };
  /** Until when the download URLs given out count against the file's budget. */
  readonly urlsUntil?: number | undefined;
}

/** The message to the sender about the end of a file. */
export interface Notice {
  readonly to: Account;
  readonly draft: Draft<EventOf<'file-received' | 'file-declined' | 'file-failed'>>;
}

/** The outcome of ending a file. `changed`: the file has changed since it was read. `nobody`: the notice's recipient was removed. */
export type EndOutcome =
  | { readonly kind: 'ended'; readonly told: EventOf<'file-received' | 'file-declined' | 'file-failed'> | undefined }
  | { readonly kind: 'changed' }
  | { readonly kind: 'nobody' };

/** The records of files, by recipient, sender and name. A record exists before its bytes and is deleted after them. */
export interface Files {
  /** Writes the record of a new file. If the sender has a file of that name waiting there, returns its record. */
  announce(file: FileRecord): Promise<{ announced: true } | { announced: false; standing: FileRecord }>;
  /** The announced and stored files of a recipient; `enough` of them if there are more. */
  usage(recipientId: string, now: number, enough: number): Promise<FileUse[]>;
  /** Deletes the record of a file that has just been announced, unless it has been renewed. */
  withdraw(file: FileRecord): Promise<void>;
  /** Sets `urlsUntil`. False if it, or the file's state, has changed since it was read. */
  noteUrl(file: FileRecord, urlsUntil: number): Promise<boolean>;
  /** Moves the times of an announced file. False if it is no longer announced. */
  renew(file: FileRecord, times: Pick<FileRecord, 'uploadUntil' | 'dueAt'>): Promise<boolean>;
  find(recipientId: string, senderName: string, name: string): Promise<FileRecord | undefined>;
  /** The record with the keys of an object, if there is one. It may refer to a later object of the same file. */
  findByObject(objectKey: string): Promise<FileRecord | undefined>;
  /** Up to `enough` files that a recipient can download, in any order. `more`: there may be further files. */
  waitingFor(recipientId: string, now: number, enough: number): Promise<{ files: FileRecord[]; more: boolean }>;
  /** Files that are due, from an eventually consistent index. Read each file again before you change it. */
  due(now: number): AsyncIterable<readonly DueFile[]>;
  /** The current record of a due file. */
  look(due: DueFile): Promise<FileRecord | undefined>;
  /**
   * Marks an announced file as stored and commits the message to the recipient's inbox, in one transaction. `changed`: it
   * is no longer announced. `unwanted`: the recipient deregistered or has blocked the sender.
   */
  store(
    file: FileRecord,
    recipient: Account,
    times: { at: number; dueAt: number },
  ): Promise<{ kind: 'stored'; message: EventOf<'file'> } | { kind: 'changed' | 'unwanted' }>;
  /** Ends a file and commits the message to the sender's inbox, in one transaction. */
  end(file: FileRecord, notice: Notice | undefined, at: number): Promise<EndOutcome>;
  /** Deletes the record of a file that has ended. Call it after the bytes are deleted. */
  forget(file: FileRecord): Promise<void>;
  /** Makes all files that wait for an account due, so that the next tidying run ends them. */
  abandon(recipientId: string, at: number): Promise<void>;
}

/** A file as a quota counts it. */
export interface FileUse {
  readonly senderId: string;
  /** Bytes. */
  readonly size: number;
  readonly state: 'announced' | 'stored';
}

/** The keys of a record. */
export interface DueFile {
  readonly recipient: string;
  readonly file: string;
}

/** The metadata of an object. */
export interface StoredObject {
  readonly size: number;
  /** In hexadecimal. Undefined if the object has no checksum. */
  readonly sha256: string | undefined;
}

/** A presigned upload. It accepts exactly the announced bytes, once. */
export interface Upload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The bytes of files. Clients transfer them directly to and from S3; they never pass a function. */
export interface Objects {
  /** A new, unique object key under the prefix of the file's record. */
  newKey(recipientId: string, senderName: string, name: string): string;
  uploadUrl(file: FileRecord, now: number, until: number): Promise<Upload>;
  downloadUrl(file: FileRecord, now: number, until: number): Promise<string>;
  find(objectKey: string): Promise<StoredObject | undefined>;
  /** Deletes an object. Does nothing if it does not exist. */
  remove(objectKey: string): Promise<void>;
}
