import type { ShownMessage } from './feed.ts';

/** How many of each stream are remembered: more than can have been shown and not acknowledged. */
const most = 200;

const nameOf = ({ stream, seq, sentAt }: ShownMessage) => `${stream} ${seq} ${sentAt}`;

/** The last messages shown, each known by its number together with its time: where a number is given again, the time is another. */
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
