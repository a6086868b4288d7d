import { foldName } from '../../protocol/index.ts';
import type { RoomHandlers, ShownMessage } from '../room/index.ts';

type Notice = Parameters<NonNullable<RoomHandlers['notice']>>[0];

/** The users that have come up so far: whom Tab knows. */
export class NamesSeen {
  readonly #users = new Map<string, string>();

  /** Who reads. */
  me: string | undefined;

  /** Everybody else, sorted. */
  get users(): string[] {
    const others = [...this.#users].filter(([, name]) => name !== this.me && name !== 'System');
    return others.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
  }

  add(...users: string[]): void {
    for (const user of users) this.#users.set(foldName(user), user);
  }

  message(message: ShownMessage): void {
    if ('from' in message) this.add(message.from);
    if ('by' in message) this.add(message.by);
  }

  notice({ user }: Notice): void {
    this.add(user);
  }
}
