import { computed, type Signal, signal } from '@preact/signals';
import { foldName, type NoticeEvent } from '../../../protocol/index.ts';
import type { RoomConnection } from '../../room/common.ts';

type Names = ReadonlyMap<string, string>;

const namesOf = (users: readonly string[]): Names => new Map(users.map((user) => [foldName(user), user]));

/** Who is online, and whom this user has blocked. */
export class People {
  readonly #room: Pick<RoomConnection, 'request'>;
  readonly #came: (user: string) => void;
  /** Names by their folded form. */
  readonly #online: Signal<Names> = signal(new Map());
  readonly #blocked: Signal<Names> = signal(new Map());
  /** The number of other users online. A large room names only some of them. */
  readonly count = signal(0);
  /** Whether users may have come or gone unnoticed. */
  #isStale = false;
  #isAsking = false;

  /** Whether the room has said who is online, and no notice is missing since. */
  readonly #isKnown = signal(false);
  /** Whether the room has named all the users online. */
  readonly areAllNamed = computed(() => this.#isKnown.value && this.count.value === this.#online.value.size);
  readonly online = computed(() => [...this.#online.value.values()].sort(byName));

  /** @param came Called with each user who has logged in, and at first with those who are online. */
  constructor(room: Pick<RoomConnection, 'request'>, came: (user: string) => void) {
    this.#room = room;
    this.#came = came;
  }

  isOnline(user: string): boolean {
    return this.#online.value.has(foldName(user));
  }

  isBlocked(user: string): boolean {
    return this.#blocked.value.has(foldName(user));
  }

  notice(notice: NoticeEvent): void {
    // The reply may be older than this notice, and overwrites its change.
    if (this.#isAsking) this.#isStale = true;
    if (notice.event === 'presence') {
      this.count.value = Math.max(0, notice.online - 1);
      this.lost();
      return;
    }
    const online = new Map(this.#online.peek());
    if (notice.event === 'login') online.set(foldName(notice.user), notice.user);
    else if (notice.event === 'logout') online.delete(foldName(notice.user));
    this.count.value += online.size - this.#online.peek().size;
    this.#online.value = online;
    if (notice.event === 'login') this.#came(notice.user);
  }

  /** The connection was lost for a while, so notices may be missing. */
  lost(): void {
    this.#isStale = true;
    this.#isKnown.value = false;
  }

  /** @throws as `RoomConnection.request`. */
  async learnOnline(): Promise<void> {
    this.#isStale = false;
    this.#isAsking = true;
    try {
      const { users, total = users.length } = await this.#room.request('whoelse', {});
      const before = this.#online.peek();
      this.#online.value = namesOf(users);
      for (const user of users) if (!before.has(foldName(user))) this.#came(user);
      this.count.value = total;
      this.#isKnown.value = !this.#isStale;
    } finally {
      this.#isAsking = false;
    }
  }

  /**
   * Asks the room again if notices may be missing. Call it when the user does something: the request counts as activity,
   * and must not keep an idle user logged in.
   */
  async refresh(): Promise<void> {
    if (this.#isStale && !this.#isAsking) await this.learnOnline();
  }

  /** @throws as `RoomConnection.request`. */
  async learnBlocked(): Promise<void> {
    this.#blocked.value = namesOf((await this.#room.request('blocklist', {})).users);
  }
}

function byName(one: string, other: string): number {
  return foldName(one) < foldName(other) ? -1 : 1;
}
