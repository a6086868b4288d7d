import type { AdminHandler } from './handler.ts';
import { parseSetting } from './parse-setting.ts';
import { AdminRefusal } from './refusal.ts';

/** Sets several settings at once, or none of them. */
export const importSettings: AdminHandler<'import'> = async (room, { settings: given }) => {
  for (const [name, value] of Object.entries(given)) parseSetting(name, value);
  await room.state.readOrCreate();
  const was = await room.state.changeAll(given);
  if (!was) throw new AdminRefusal('restore-unfinished');
  if ('timeOut' in given || 'grace' in given) await room.asyncInvoker.invokeSweeper();
  return { settings: given, was };
};
