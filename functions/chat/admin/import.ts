import type { AdminHandler } from './handler.ts';
import { parseSetting } from './parse-setting.ts';
import { AdminRefusal } from './refusal.ts';

/** Sets several settings at once, or none of them. Whether the room is open is for `start` and `stop`. */
export const importSettings: AdminHandler<'import'> = async (room, { settings: given }) => {
  for (const [name, value] of Object.entries(given)) {
    if (name === 'open') throw new AdminRefusal('no-such-setting', `There is no setting ${name}.`);
    parseSetting(name, value);
  }
  await room.state.readOrCreate();
  const was = await room.state.changeAll(given);
  if (!was) throw new AdminRefusal('restore-unfinished');
  if ('timeOut' in given || 'grace' in given) await room.crier.sweepNow();
  return { settings: given, was };
};
