import type { AdminHandler } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';

export const start: AdminHandler<'start'> = async (room) => {
  await room.state.readOrCreate();
  if (!(await room.lifecycle.open(room.clock.now()))) throw new AdminRefusal('restore-unfinished');
  return {};
};
