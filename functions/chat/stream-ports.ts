import type { EventOf, StreamMessage } from '../../protocol/index.ts';
import type { Member } from './model.ts';

/** A stream: the room's, or an account's inbox. */
export type Stream =
  | { readonly kind: 'room' }
  /** `acknowledged`: the owner's cursor, which outlives the messages. */
  | { readonly kind: 'inbox'; readonly owner: Member; readonly acknowledged: number };

/** The events of a stream. `hidden` is not stored: some users get it in place of a broadcast. */
export type Kept = Exclude<StreamMessage, EventOf<'hidden'>>;

/** A message before it has its number. */
export type Draft<M extends Kept = Kept> = M extends unknown ? Omit<M, 'seq' | 'type' | 'stream'> : never;

/** Stored with a message. Sender and request id identify the message that a request committed. */
export interface Provenance {
  readonly fromId: string;
  /** The account ids of users who get `hidden` instead. */
  readonly hiddenFrom?: ReadonlySet<string>;
}

/** A request that a client may send again over another connection (docs/decisions/0033): it commits one message. */
export interface RepeatableRequest {
  /** Whether it may have been carried out already, under the same id. */
  readonly again: boolean;
  /**
   * Checks that the user still has the request's connection. Without `now`, it reads only if the last read is old.
   * @throws Refusal if not.
   */
  confirm(when?: 'now'): Promise<void>;
  /** Throws if the message must not be committed. Not called if the first sending has committed it. */
  refuse?(): void;
}

export interface Page {
  readonly messages: StreamMessage[];
  /** No message is missing up to this number. */
  readonly upTo: number;
  readonly more: boolean;
}

/** A part of a stream, or of one half of a private conversation, oldest first. */
export interface EarlierPage {
  readonly messages: readonly StreamMessage[];
  /**
   * The earliest number that was read, and the earliest time; a time later than all if no message was read. Undefined
   * if no earlier message is left.
   */
  readonly reached: { readonly seq: number; readonly time: string } | undefined;
}

/**
 * Numbered streams of messages. A writer takes a number before it commits its message. A number may stay without a
 * message.
 */
export interface Streams {
  /** The last number given out. Its message may not be committed yet, or may never be. */
  end(stream: Stream): Promise<number>;
  /**
   * Commits a message at the next number. For a repeated request, returns the message of the earlier sending if it was
   * committed in time (`limits.repeatSeconds`). Check all refusals before the call: a refusal by `provenance` wastes a
   * number.
   */
  append<E extends Kept['event']>(
    stream: Stream,
    draft: Draft<EventOf<E>>,
    provenance: Provenance | Promise<Provenance>,
    request?: RepeatableRequest,
  ): Promise<EventOf<E>>;
  /**
   * A reader's messages after a number, oldest first, complete up to `upTo`. `more` is true if there are more messages,
   * or if a number below later messages may still get its message; `upTo` is then before that number. Reads at most
   * 1,000 items, so a page may be empty although `more` is true.
   */
  after(kind: Stream['kind'], reader: Member, seq: number, limit: number): Promise<Page>;
  /**
   * A reader's messages before a number (undefined: the end), oldest first. No message is ever committed between these
   * later. Reads about 200 messages or 1,000 tombstones at most, so a page may be short or empty although more is left.
   */
  before(kind: Stream['kind'], reader: Member, seq: number | undefined, limit: number): Promise<EarlierPage>;
  /**
   * The messages that an account has sent to another one, before a number of the recipient's inbox (undefined: the
   * end). It reads at most 1,000 messages of that inbox, and at most 1 MB, and picks those of the sender. A message that
   * was sent within the last second may be missing.
   */
  sentTo(recipient: Member, sender: Member, before: number | undefined): Promise<EarlierPage>;
  /** Deletes the inbox of a deleted account: up to 2,000 messages. Returns whether it is empty. */
  eraseInbox(owner: Member): Promise<boolean>;
}
