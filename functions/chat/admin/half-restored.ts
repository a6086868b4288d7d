import type { Door } from '../backup/ports.ts';
import { AdminRefusal } from './refusal.ts';

/**
 * What is in a room while a restore goes on, or after one was cut off, is nobody's: it is no room to look at, and what is written
 * there may be written over.
 * @throws AdminRefusal if a restore has begun and not ended.
 */
export async function refuseHalfRestored({ door }: { readonly door: Door }): Promise<void> {
  if (await door.mark()) throw new AdminRefusal('restore-unfinished');
}
