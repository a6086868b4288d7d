import type { ShownMessage } from './stream-order.ts';

/**
 * The number of remembered messages per stream, about a megabyte. If an acknowledgement was lost, the room delivers its
 * messages again: those that were shown while the connection was lost, or shortly before.
 */
const most = 10_000;

const nameOf = ({ stream, seq, sentAt }: ShownMessage) => `${stream} ${seq} ${sentAt}`;

/** The last messages shown, by number and time. A restored room uses numbers again, but with other times. */
export class RecentMessages {
  readonly #names = { inbox: new Set<string>(), room: new Set<string>() };

  add(message: ShownMessage): void {
    const names = this.#names[message.stream];
    names.add(nameOf(message));
    for (const oldest of names) {
      if (names.size <= most) return;
      names.delete(oldest);
    }
  }

  has(message: ShownMessage): boolean {
    return this.#names[message.stream].has(nameOf(message));
  }
}
