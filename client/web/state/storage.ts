import { effect, type Signal, signal } from '@preact/signals';

const ofUser = 'user ';

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

/** Forgets what belongs to the user who was logged in, such as drafts. */
export function forgetUser(): void {
  try {
    const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(ofUser));
    for (const key of keys) sessionStorage.removeItem(key);
  } catch {
    // The browser forbids storage, so there is nothing to forget.
  }
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
  try {
    const text = JSON.stringify(value);
    if (text === JSON.stringify(initial)) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // The browser forbids storage, or it is full: a reload loses the value.
  }
}
