import { type SentMessage, SentMessages } from '../../chat/sent-messages.ts';
import { errorLine } from '../../chat/texts.ts';
import { ConnectionEndedError, mayBeDone, RefusalError, type RoomConnection } from '../../room/common.ts';
import { texts } from '../texts.ts';
import type { Conversation, Outgoing } from './conversation.ts';
import type { Item } from './items.ts';
import { storedOfUser } from './storage.ts';
import { messageItem, plain } from './to-item.ts';

/** A text that was not confirmed when the page was reloaded. */
interface Unsent {
  readonly to: string;
  readonly text: string;
  /** Why it was not sent. Undefined if it was being sent. */
  readonly failure?: string;
  /** If the room has the text, its time there is later than this (epoch ms). Undefined until the text is being sent. */
  readonly after?: number;
}

/** How far the clocks of the page and the room may differ, in milliseconds. */
const clockDifference = 60_000;

export interface OutboxOptions {
  readonly me: string;
  readonly room: Pick<RoomConnection, 'request' | 'shown'>;
  readonly conversation: (name: string) => Conversation;
}

let keys = 0;

/** Sends this user's texts, one after the other, and shows the result of each. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly sent = new SentMessages(() => {});
  readonly #unsent = storedOfUser<readonly Unsent[]>('unsent', []);
  readonly #waiting = new Map<string, Unsent>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: OutboxOptions) {
    this.#options = options;
    for (const { to, failure = texts.mayBeSent, ...unsent } of this.#unsent.peek()) {
      this.#show(options.conversation(to), { key: nextKey(), failure, ...unsent });
    }
  }

  send(conversation: Conversation, text: string): void {
    const outgoing: Outgoing = { key: nextKey(), text };
    this.#show(conversation, outgoing);
    this.#last = this.#last.then(() => this.#deliver(conversation, outgoing));
  }

  sendAgain(conversation: Conversation, { key, text }: Outgoing): void {
    this.discard(conversation, key);
    this.send(conversation, text);
  }

  discard(conversation: Conversation, key: string): void {
    conversation.outbox.value = conversation.outbox.peek().filter((outgoing) => outgoing.key !== key);
    this.#waiting.delete(key);
    this.#store();
  }

  /** A broadcast of this user has come back from the room, so it has been sent. */
  returned(conversation: Conversation, text: string): void {
    const outgoing = conversation.outbox
      .peek()
      .find((one) => one.text === text && (one.failure === undefined || one.failure === texts.mayBeSent));
    if (outgoing) this.discard(conversation, outgoing.key);
  }

  /** The history has these messages, so a text that may have been sent is not shown a second time. */
  found(conversation: Conversation, items: readonly Item[]): void {
    for (const item of items) {
      if (item.kind !== 'message' || item.from !== this.#options.me) continue;
      const isFound = ({ key, text, failure }: Outgoing) =>
        text === item.text &&
        failure === texts.mayBeSent &&
        item.at > (this.#waiting.get(key)?.after ?? Number.POSITIVE_INFINITY);
      const outgoing = conversation.outbox.peek().find(isFound);
      if (outgoing) this.discard(conversation, outgoing.key);
    }
  }

  /**
   * Sends a private message, and shows it when the room has it.
   * @throws as `RoomConnection.request`.
   */
  async sendPrivate(to: string, text: string): Promise<SentMessage> {
    const { delivery, sentAt, seq } = await this.#options.room.request('message', { to, text });
    const sent = { to, text, sentAt };
    this.sent.add({ ...sent, delivery });
    const item = messageItem({
      type: 'event',
      event: 'message',
      stream: 'inbox',
      seq,
      from: this.#options.me,
      ...sent,
    });
    this.#options.conversation(to).add({ ...item, delivery, to }, true);
    return { ...sent, delivery };
  }

  async #deliver(conversation: Conversation, { key, text }: Outgoing): Promise<void> {
    this.#note(key, { after: Math.max(conversation.lastAt.peek(), Date.now() - clockDifference) });
    try {
      if (conversation.isRoom) {
        const { room } = this.#options;
        const { seq } = await room.request('broadcast', { text });
        // The room sends a broadcast to its sender too.
        await room.shown('room', seq).catch(() => {});
      } else await this.sendPrivate(conversation.name, text);
      this.discard(conversation, key);
    } catch (error) {
      const failure = reasonOf(error, conversation.name);
      conversation.outbox.value = conversation.outbox
        .peek()
        .map((outgoing) => (outgoing.key === key ? { ...outgoing, failure } : outgoing));
      this.#note(key, { failure });
    }
  }

  #show(conversation: Conversation, { key, ...outgoing }: Outgoing & Pick<Unsent, 'after'>): void {
    conversation.outbox.value = [...conversation.outbox.peek(), { key, ...outgoing }];
    this.#waiting.set(key, { to: conversation.name, ...outgoing });
    this.#store();
  }

  #note(key: string, known: Pick<Unsent, 'after' | 'failure'>): void {
    const waiting = this.#waiting.get(key);
    if (!waiting) return;
    this.#waiting.set(key, { ...waiting, ...known });
    this.#store();
  }

  /** A reload of the page shows the unsent texts again. */
  #store(): void {
    this.#unsent.value = [...this.#waiting.values()];
  }
}

function nextKey(): string {
  keys += 1;
  return `outgoing ${keys}`;
}

/** Why a text was not sent. */
function reasonOf(error: unknown, user: string): string {
  if (mayBeDone(error)) return texts.mayBeSent;
  if (error instanceof ConnectionEndedError) return texts.notSent;
  if (error instanceof RefusalError && error.code === 'no-such-user') return texts.noSuchUser(user);
  return plain(errorLine(error instanceof Error ? error : new Error(String(error)), { user })).replace(/^Error! /, '');
}
