import { type Signal, signal } from '@preact/signals';
import { foldName } from '../../../protocol/index.ts';
import type { FileItem } from './items.ts';
import { storedOfUser } from './storage.ts';
import { Transfer } from './transfer.ts';

/** A file from another user, as the room lists it. */
export interface Offer {
  readonly from: string;
  readonly name: string;
  readonly sentAt: string;
}

type Settled = 'saved' | 'declined';

export type OfferState = 'waiting' | 'gone' | Settled | Transfer;

/** What became of the files that other users have sent. */
export class Offers {
  readonly #states: Signal<ReadonlyMap<string, OfferState>> = signal(new Map());
  /** What this user has done, also before a reload. */
  readonly #settled = storedOfUser<Readonly<Record<string, Settled>>>('files', {});
  /** Whether the room has listed the files that wait. */
  readonly #isKnown = signal(false);

  /**
   * A file is gone if it was received or declined elsewhere, or has expired. Undefined until the room has listed the
   * files that wait.
   */
  stateOf(item: FileItem): OfferState | undefined {
    const key = keyOf(item.from, item.name, item.at);
    return this.#states.value.get(key) ?? this.#settled.value[key] ?? (this.#isKnown.value ? 'gone' : undefined);
  }

  waits({ from, name, sentAt }: Offer): void {
    this.#set(keyOf(from, name, Date.parse(sentAt)), 'waiting');
  }

  set(item: FileItem, state: OfferState): void {
    this.#set(keyOf(item.from, item.name, item.at), state);
  }

  /** The user has saved or declined a file. A transfer that goes on showing its end stays. */
  settle(item: FileItem, state: Settled): void {
    this.#settled.value = { ...this.#settled.peek(), [keyOf(item.from, item.name, item.at)]: state };
    if (state === 'declined') this.set(item, state);
  }

  /** The room has listed the files that wait. Meanwhile, the user may have begun to save or decline one of them. */
  learn(offers: readonly Offer[]): void {
    for (const offer of offers) {
      const { from, name, sentAt } = offer;
      if (!this.#states.peek().has(keyOf(from, name, Date.parse(sentAt)))) this.waits(offer);
    }
    this.#isKnown.value = true;
  }

  /** The last file of this name that waits, or whose transfer has failed. */
  find(from: string, name: string): FileItem | undefined {
    const start = keyOf(from, name, '');
    const [key] =
      [...this.#states.peek()].reverse().find(([one, state]) => one.startsWith(start) && isOpen(state)) ?? [];
    if (key === undefined) return undefined;
    return { kind: 'file', key, at: Number(key.slice(start.length)), from, name, size: 0 };
  }

  #set(key: string, state: OfferState): void {
    this.#states.value = new Map(this.#states.peek()).set(key, state);
  }
}

const isOpen = (state: OfferState) =>
  state === 'waiting' || (state instanceof Transfer && state.state.peek().kind === 'failed');

/** No user's name and no file's name contains a slash. */
const keyOf = (from: string, name: string, at: number | string) => `${foldName(from)}/${name}/${at}`;
