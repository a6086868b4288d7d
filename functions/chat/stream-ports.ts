import type { EventOf, StreamMessage } from '../../protocol/index.ts';
import type { Member } from './model.ts';

/** A stream: the room's, or somebody's inbox. */
export type Stream =
  | { readonly kind: 'room' }
  /** `acknowledged`: how far its owner has read, which outlives the messages. */
  | { readonly kind: 'inbox'; readonly owner: Member; readonly acknowledged: number };

/** What a stream keeps of its own: `hidden` is only how some see a broadcast. */
export type Kept = Exclude<StreamMessage, EventOf<'hidden'>>;

/** A message before it has its number. */
export type Draft<M extends Kept = Kept> = M extends unknown ? Omit<M, 'seq' | 'type' | 'stream'> : never;

/** What is kept beside a message. Who sent it, and the request's id in the message, tell what one request committed. */
export interface Provenance {
  readonly fromId: string;
  /** Account ids that are given `hidden` in its place. */
  readonly hiddenFrom?: ReadonlySet<string>;
}

/** The newest stored message of a stream. */
export interface Newest {
  /** Whose account the inbox was: of an earlier owner of the name, perhaps. Undefined in the room's stream. */
  readonly accountId: string | undefined;
  readonly seq: number;
  /**
   * Whether it is the last there ever was. If not, it may be: but later ones may have expired before it, be it that a shorter
   * retention was deployed since, or that expired messages are not deleted in their order.
   */
  readonly isLast: boolean;
}

export interface Page {
  readonly messages: StreamMessage[];
  readonly more: boolean;
}

/** The gapless streams. */
export interface Streams {
  /** The newest message under a name's inbox, before it is known whose account that is. */
  newestInbox(name: string): Promise<Newest | undefined>;
  newestRoom(): Promise<Newest | undefined>;
  /** The number of the last message there ever was. */
  last(stream: Stream, newest: Newest | undefined): Promise<number>;
  /**
   * What an earlier sending of the same request committed, if it was sent again in time (`limits.repeatSeconds`): a message of
   * the same sender, with the same id and text.
   */
  committedBefore<E extends Kept['event']>(
    stream: Stream,
    draft: Draft<EventOf<E>>,
    provenance: Provenance,
  ): Promise<EventOf<E> | undefined>;
  /**
   * Commits a message at the next number, after `newest` or whatever else has come since. If that is what the same request
   * committed when it was sent another time, gives that.
   */
  append<E extends Kept['event']>(
    stream: Stream,
    draft: Draft<EventOf<E>>,
    provenance: Provenance,
    newest: Newest | undefined,
  ): Promise<EventOf<E>>;
  /** A reader's messages after a number, oldest first; `more` if there are more than were given. */
  after(kind: Stream['kind'], reader: Member, seq: number, limit: number): Promise<Page>;
  /** A reader's messages before a number (undefined: the end), oldest first. */
  before(kind: Stream['kind'], reader: Member, seq: number | undefined, limit: number): Promise<Page>;
}
