import { here } from './machine.ts';

export async function setTimeout<T>(ms = 1, value?: T, options: { signal?: AbortSignal } = {}): Promise<T | undefined> {
  await here.sleep(Math.max(1, ms), options.signal);
  return value;
}
