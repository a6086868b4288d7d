import { limits, type Result } from '../../protocol/index.ts';

/** A private message that this user has sent. */
export interface SentMessage {
  readonly to: string;
  readonly text: string;
  readonly sentAt: string;
  readonly delivery: Result<'message'>['delivery'];
}

/** The private messages that were sent during this visit. `history inbox` does not return them. */
export class SentMessages {
  readonly #added: (sent: SentMessage) => void;
  #last: readonly SentMessage[] = [];

  /** @param added Called with each message. */
  constructor(added: (sent: SentMessage) => void) {
    this.#added = added;
  }

  /** The last ones, oldest first: as many as the room returns of the received ones. */
  get last(): readonly SentMessage[] {
    return this.#last;
  }

  add(sent: SentMessage): void {
    this.#last = [...this.#last, sent].slice(-limits.pageSize);
    this.#added(sent);
  }
}
