import type { RoomLifecycle } from '../backup/ports.ts';
import { AdminRefusal } from './refusal.ts';

/**
 * For commands that must not read or change a half-restored room: the restore may overwrite their changes.
 * @throws AdminRefusal if a restore has begun and not completed
 */
export async function refuseDuringRestore({ lifecycle }: { readonly lifecycle: RoomLifecycle }): Promise<void> {
  if (await lifecycle.restoreLock()) throw new AdminRefusal('restore-unfinished');
}
