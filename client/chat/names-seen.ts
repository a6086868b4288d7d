import { foldName, type NoticeEvent } from '../../protocol/index.ts';
import { shellWords } from '../commands/shell-words.ts';
import type { ShownMessage } from '../room/common.ts';
import type { Completion } from '../terminal/completion.ts';
import { looksSame } from './looks-same.ts';

/** A file that waits for this user. */
export interface Offer {
  readonly from: string;
  readonly name: string;
}

/** The kinds of names to ask the room for. */
export type NameKind = 'users' | 'offers';

const isSameOffer = (one: Offer, other: Offer) =>
  foldName(one.from) === foldName(other.from) && one.name === other.name;

/** The users and files seen so far, for completion with Tab. */
export class NamesSeen {
  readonly #users = new Map<string, string>();
  #offers: readonly Offer[] = [];

  /** Completes the path of a file on this machine. Undefined where no paths are typed. */
  readonly completePath: ((typed: string) => Promise<Completion>) | undefined;

  /** This user's name. */
  me: string | undefined;

  /** Asks the room for names not seen yet. Undefined before the login. */
  learn: ((kind: NameKind) => Promise<void>) | undefined;

  constructor(completePath?: (typed: string) => Promise<Completion>) {
    this.completePath = completePath;
  }

  /** All other users, sorted. */
  get users(): string[] {
    const others = [...this.#users].filter(([, name]) => name !== this.me && name !== 'System');
    return others.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
  }

  add(...users: string[]): void {
    for (const user of users) this.#users.set(foldName(user), user);
  }

  /** The files that are offered, in the order they came in. */
  get offers(): readonly Offer[] {
    return this.#offers;
  }

  /**
   * The name of the offered file that a user has typed: as it is, in quotes, with escaped blanks, or with other
   * characters that look the same. The typed text if none is known.
   */
  offeredName(from: string, typed: string): string {
    const names = this.#offers.filter((offer) => foldName(offer.from) === foldName(from)).map(({ name }) => name);
    const readings = [typed, shellWords(typed)?.join(' ') ?? typed];
    return (
      names.find((name) => name === typed) ??
      names.find((name) => readings.some((one) => looksSame(name, one))) ??
      typed
    );
  }

  /** Adds a file that is offered, or offered again. */
  offered(...offers: Offer[]): void {
    const before = this.#offers.filter((known) => !offers.some((offer) => isSameOffer(known, offer)));
    this.#offers = [...before, ...offers];
  }

  /** Removes a file that was fetched or declined. */
  settled(offer: Offer): void {
    this.#offers = this.#offers.filter((known) => !isSameOffer(known, offer));
  }

  message(message: ShownMessage): void {
    if (message.event === 'file') this.offered(message);
    if ('from' in message) this.add(message.from);
    if ('by' in message) this.add(message.by);
  }

  notice(notice: NoticeEvent): void {
    if ('user' in notice) this.add(notice.user);
  }
}
