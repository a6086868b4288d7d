import { effect, type Signal, signal } from '@preact/signals';

const ofUser = 'user ';

/** What the page keeps of a user who has logged out, until another logs in: names and numbers, no text. */
const ofUnread = new RegExp(`^${ofUser}(unread |conversations$)`);

/** Stored values by their keys. */
export type StoredValues = readonly (readonly [string, string])[];

/**
 * A signal whose value survives a reload of this tab, until the tab is closed.
 * @param initial The value if none is stored. It must be one that JSON can hold.
 */
export function stored<T extends string | number | boolean | object | undefined>(key: string, initial: T): Signal<T> {
  const value = signal(read(key, initial));
  effect(() => write(key, value.value, initial));
  return value;
}

/** Like {@link stored}, until {@link forgetUser}. */
export const storedOfUser = <T extends string | boolean | object>(key: string, initial: T): Signal<T> =>
  stored(`${ofUser}${key}`, initial);

/**
 * Forgets what belongs to the user who was logged in, such as drafts.
 * @returns what was unread, for {@link recall}.
 */
export function forgetUser(): StoredValues {
  try {
    const values = Object.entries<string>(sessionStorage).filter(([key]) => key.startsWith(ofUser));
    for (const [key] of values) sessionStorage.removeItem(key);
    return values.filter(([key]) => ofUnread.test(key));
  } catch {
    // The browser forbids storage, so there is nothing to forget.
    return [];
  }
}

/** Stores again what {@link forgetUser} has returned. */
export function recall(values: StoredValues): void {
  for (const [key, text] of values) put(key, text);
}

function read<T>(key: string, initial: T): T {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? initial : JSON.parse(text);
  } catch {
    return initial;
  }
}

function write<T>(key: string, value: T, initial: T): void {
  const text = JSON.stringify(value);
  put(key, text === JSON.stringify(initial) ? undefined : text);
}

/** @param text Undefined removes the value. */
function put(key: string, text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // The browser forbids storage, or it is full: a reload loses the value.
  }
}
