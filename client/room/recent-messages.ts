import type { ShownMessage } from './stream-order.ts';

/** Messages remembered per stream: more than can have been shown and not acknowledged. */
const most = 200;

const nameOf = ({ stream, seq, sentAt }: ShownMessage) => `${stream} ${seq} ${sentAt}`;

/** The last messages shown, by number and time: a restored room gives numbers again, but at other times. */
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
