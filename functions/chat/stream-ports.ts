import type { EventOf, StreamMessage } from '../../protocol/index.ts';
import type { Member } from './model.ts';

/** A stream: the room's, or an account's inbox. */
export type Stream =
  | { readonly kind: 'room' }
  /** `acknowledged`: how far the owner has read, which outlives the messages. */
  | { readonly kind: 'inbox'; readonly owner: Member; readonly acknowledged: number };

/** What is committed to a stream: `hidden` is only how some users see a broadcast. */
export type Kept = Exclude<StreamMessage, EventOf<'hidden'>>;

/** A message before it has its number. */
export type Draft<M extends Kept = Kept> = M extends unknown ? Omit<M, 'seq' | 'type' | 'stream'> : never;

/** Stored beside a message. The sender and the request's id in the message identify what one request committed. */
export interface Provenance {
  readonly fromId: string;
  /** Account ids that are given `hidden` instead. */
  readonly hiddenFrom?: ReadonlySet<string>;
}

/** A request that a client may send again over another connection (docs/decisions/0033): it commits one message. */
export interface RepeatableRequest {
  /** Whether it may have been carried out already, under the same id. */
  readonly again: boolean;
  /**
   * Looks whether the user still has the connection that the request came by; without `now` only if the last look is old.
   * @throws Refusal if not.
   */
  confirm(when?: 'now'): Promise<void>;
  /** Throws if the message may not be committed; one that the first sending has committed counts all the same. */
  refuse?(): void;
}

export interface Page {
  readonly messages: StreamMessage[];
  readonly more: boolean;
}

/** Numbered streams of messages. Each number is one message's or none's; a number is given out before its message is committed. */
export interface Streams {
  /** The last number given out. Its message may still be on its way, or may never come. */
  end(stream: Stream): Promise<number>;
  /**
   * Commits a message at the next number. For a request that was sent again: gives what an earlier sending committed, if one did in
   * time (`limits.repeatSeconds`). What can be refused is refused before; a refusal by `provenance` wastes a number.
   */
  append<E extends Kept['event']>(
    stream: Stream,
    draft: Draft<EventOf<E>>,
    provenance: Provenance | Promise<Provenance>,
    request?: RepeatableRequest,
  ): Promise<EventOf<E>>;
  /**
   * A reader's messages after a number, oldest first, complete up to `upTo`. `more` if there are more, or if one is on its way that
   * later ones have overtaken: then `upTo` is before it.
   */
  after(kind: Stream['kind'], reader: Member, seq: number, limit: number): Promise<Page & { readonly upTo: number }>;
  /** A reader's messages before a number (undefined: the end), oldest first. None is committed among them later. */
  before(kind: Stream['kind'], reader: Member, seq: number | undefined, limit: number): Promise<Page>;
}
