import type { Printed } from '../../terminal/line.ts';
import type { Transfer } from './transfer.ts';

interface Entry {
  /** Unique in its log. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A text that somebody has said. */
export interface MessageItem extends Entry {
  readonly kind: 'message';
  readonly from: string;
  readonly text: string;
  /** Of a private message of this user: whether the recipient got it, or will get it at the next login. */
  readonly delivery?: 'delivered' | 'stored';
  /** Its recipient. */
  readonly to?: string;
}

/** A file that another user has sent. */
export interface FileItem extends Entry {
  readonly kind: 'file';
  readonly from: string;
  readonly name: string;
  readonly size: number;
}

/** Something that happened: a login, or the fate of a file. */
export interface NoticeItem extends Entry {
  readonly kind: 'notice';
  readonly text: string;
}

/** What a command has printed. Only this user sees it. */
export interface OutputItem extends Entry {
  readonly kind: 'output';
  readonly lines: readonly Printed[];
}

/** A file that this user sends. */
export interface UploadItem extends Entry {
  readonly kind: 'upload';
  /** Its recipient. */
  readonly to: string;
  readonly name: string;
  readonly size: number;
  readonly transfer: Transfer;
}

export type Item = MessageItem | FileItem | UploadItem | NoticeItem | OutputItem;
