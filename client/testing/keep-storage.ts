import { vi } from 'vitest';

/** Gives a test what a tab keeps, empty. Undo it with `vi.unstubAllGlobals`. */
export function keepStorage(): void {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
}
