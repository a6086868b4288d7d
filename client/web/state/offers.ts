import { type Signal, signal } from '@preact/signals';
import { foldName } from '../../../protocol/index.ts';
import type { RoomConnection } from '../../room/common.ts';
import type { FileItem } from './items.ts';
import type { Transfer } from './transfer.ts';

/** A file from another user, as the room lists it. */
export interface Offer {
  readonly from: string;
  readonly name: string;
  readonly sentAt: string;
}

export type OfferState = 'waiting' | 'declined' | 'gone' | Transfer;

/** What became of the files that other users have sent. */
export class Offers {
  readonly #states: Signal<ReadonlyMap<string, OfferState>> = signal(new Map());
  /** Whether the room has listed the files that wait. */
  #isKnown = false;

  /** A file is gone if it was received or declined elsewhere, or has expired. */
  stateOf(item: FileItem): OfferState {
    return this.#states.value.get(keyOf(item.from, item.name, item.at)) ?? 'gone';
  }

  waits({ from, name, sentAt }: Offer): void {
    this.#set(keyOf(from, name, Date.parse(sentAt)), 'waiting');
  }

  set(item: FileItem, state: OfferState): void {
    this.#set(keyOf(item.from, item.name, item.at), state);
  }

  /** @throws as `RoomConnection.request`. */
  async learn(room: RoomConnection): Promise<readonly Offer[]> {
    if (this.#isKnown) return [];
    const { files = [] } = await room.request('fileget', {});
    this.#isKnown = true;
    for (const offer of files) this.waits(offer);
    return files;
  }

  /** The last waiting file of this name. */
  find(from: string, name: string): FileItem | undefined {
    const start = keyOf(from, name, '');
    const [key] =
      [...this.#states.peek()].reverse().find(([one, state]) => one.startsWith(start) && state === 'waiting') ?? [];
    if (key === undefined) return undefined;
    return { kind: 'file', key, at: Number(key.slice(start.length)), from, name, size: 0 };
  }

  #set(key: string, state: OfferState): void {
    this.#states.value = new Map(this.#states.peek()).set(key, state);
  }
}

/** No user's name and no file's name contains a slash. */
const keyOf = (from: string, name: string, at: number | string) => `${foldName(from)}/${name}/${at}`;
