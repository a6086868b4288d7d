import type { EventOf } from '../../../protocol/index.ts';
import type { Account, Member } from '../model.ts';
import type { Draft } from '../stream-ports.ts';

/**
 * A file on its way from one user to another. Announced: the sender may put its bytes where they belong. Stored: they are
 * there, and the recipient knows. Removing: it is over, and only its bytes are still to go. All times are epoch milliseconds.
 */
export interface FileRecord {
  readonly recipient: Member;
  readonly sender: Member;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Of the content, in hexadecimal. */
  readonly sha256: string;
  /** Where its bytes are, or are to be put; no two files ever had the same. */
  readonly objectKey: string;
  readonly state: 'announced' | 'stored' | 'removing';
  /** Until when an upload may begin. */
  readonly uploadUntil: number;
  /** When the state it is in ends by itself. */
  readonly dueAt: number;
  /** Where the recipient's inbox tells of it, and since when; once stored. */
  readonly told?: { readonly seq: number; readonly at: number };
}

/** A sender's inbox that is told how a file ended. */
export interface Notice {
  readonly to: Account;
  readonly draft: Draft<EventOf<'file-received' | 'file-declined' | 'file-failed'>>;
}

/** The outcome of ending a file. `changed`: the file has changed since it was read. `nobody`: the notice's recipient was removed. */
export type EndOutcome =
  | { readonly kind: 'ended'; readonly told: EventOf<'file-received' | 'file-declined' | 'file-failed'> | undefined }
  | { readonly kind: 'changed' }
  | { readonly kind: 'nobody' };

/** The records of files, by recipient, sender and name. A record is there before its bytes can be, and until after they are gone. */
export interface Files {
  /** Writes the record of a new file; if there is one from this sender of this name already, gives that. */
  announce(file: FileRecord): Promise<{ announced: true } | { announced: false; standing: FileRecord }>;
  /** Lets the upload of an announced file begin later. False if it is not announced any more. */
  renew(file: FileRecord, times: Pick<FileRecord, 'uploadUntil' | 'dueAt'>): Promise<boolean>;
  find(recipientId: string, senderName: string, name: string): Promise<FileRecord | undefined>;
  /** The record that an object belongs to, if any: it may be about another object by now. */
  findByObject(objectKey: string): Promise<FileRecord | undefined>;
  /** Files that can be got by a recipient, in any order, `enough` of them if there are so many; `more` if there may be more. */
  waitingFor(recipientId: string, now: number, enough: number): Promise<{ files: FileRecord[]; more: boolean }>;
  /** Files whose time has come, as the index has them: look again before you act. */
  due(now: number): AsyncIterable<readonly DueFile[]>;
  /** The file as it stands now. */
  look(due: DueFile): Promise<FileRecord | undefined>;
  /**
   * Makes an announced file exist, and tells the recipient's inbox: both at once. `changed` if it is not announced any more,
   * `unwanted` if the recipient has gone, or has blocked the sender.
   */
  store(
    file: FileRecord,
    recipient: Account,
    times: { at: number; dueAt: number },
  ): Promise<{ kind: 'stored'; message: EventOf<'file'> } | { kind: 'changed' | 'unwanted' }>;
  /** Ends a file, and tells the sender's inbox: both at once. */
  end(file: FileRecord, notice: Notice | undefined, at: number): Promise<EndOutcome>;
  /** Deletes the record of a file that has ended, after its bytes. */
  forget(file: FileRecord): Promise<void>;
  /** Has everything that waits for an account ended by the next tidying run. */
  abandon(recipientId: string, at: number): Promise<void>;
}

/** Where a record stands. */
export interface DueFile {
  readonly recipient: string;
  readonly file: string;
}

/** What is known of bytes that are there. */
export interface StoredObject {
  readonly size: number;
  /** In hexadecimal; undefined if they were stored without. */
  readonly sha256: string | undefined;
}

/** Where and how to put bytes, once: these and no others. */
export interface Upload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The bytes of files. They go from client to store and from store to client; nothing of the room ever holds them. */
export interface Objects {
  /** Gives a place that nothing was ever at, below a prefix of its own for each record. */
  newKey(recipientId: string, senderName: string, name: string): string;
  uploadUrl(file: FileRecord, now: number, until: number): Promise<Upload>;
  downloadUrl(file: FileRecord, now: number, until: number): Promise<string>;
  find(objectKey: string): Promise<StoredObject | undefined>;
  /** Deletes bytes; none there is fine. */
  remove(objectKey: string): Promise<void>;
}
