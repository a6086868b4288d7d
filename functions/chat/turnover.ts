import type { Account } from './model.ts';

/** Logins of one user that are announced in a row, and after that one in so much time (ms). */
export const announcedInARow = 10;
export const announcedEveryMs = 60_000;

/** Whether a login is announced, and with it the end of its session. */
export const isAnnounced = ({ announcedUntil }: Pick<Account, 'announcedUntil'>, now: number): boolean =>
  announcedUntil - now <= (announcedInARow - 1) * announcedEveryMs;

/** Logins and logouts of all users in {@link turnoverWindowMs} that are announced by name. */
export const mostAnnounced = 60;
export const turnoverWindowMs = 5 * 60_000;

/**
 * The logins and logouts of the room in the last minutes. The room counts them in an item that is read for each notice, so one Lambda
 * environment also knows of those that others announced. An environment knows nothing from before its first notice.
 */
export class Turnover {
  #seen: { readonly at: number; readonly logins: number }[] = [];

  /** Takes the room's count. Returns whether it has grown by more than {@link mostAnnounced} within the window. */
  isHigh(logins: number, now: number): boolean {
    this.#seen = this.#seen.filter(({ at }) => at > now - turnoverWindowMs);
    // The count at the first notice includes its own login.
    const before = this.#seen[0]?.logins ?? logins;
    if (this.#seen.at(-1)?.logins !== logins) this.#seen.push({ at: now, logins });
    return logins - before >= mostAnnounced;
  }
}
