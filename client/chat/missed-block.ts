import type { ShownMessage } from '../room/index.ts';
import type { Screen } from '../terminal/screen.ts';
import { missedLine, texts } from './texts.ts';

/**
 * Prints a line above the missed messages and their count below, once per visit. It counts the messages shown: the room's
 * count at the login may include expired messages and messages of blocked users.
 */
export class MissedBlock {
  readonly #screen: Screen;
  readonly #counts = { inbox: 0, room: 0 };
  #since: string | undefined;
  #isOver = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Called with each message before it is printed. */
  take({ stream, sentAt }: ShownMessage): void {
    if (this.#isOver) return;
    if (this.#since === undefined) this.#screen.print(texts.missed);
    this.#since ??= sentAt;
    this.#counts[stream] += 1;
  }

  end(): void {
    this.#isOver = true;
    if (this.#since !== undefined) this.#screen.print(missedLine(this.#counts, this.#since), texts.missedEnd);
  }
}
