import * as v from 'valibot';
import { isSettingName, settings } from '../../../protocol/admin/index.ts';
import type { AdminHandler } from './handler.ts';
import { AdminRefusal } from './refusal.ts';

/** Sets several settings at once, or none of them. Whether the room is open is for `start` and `stop`. */
export const importSettings: AdminHandler<'import'> = async (room, { settings: given }) => {
  for (const [name, value] of Object.entries(given)) {
    if (!isSettingName(name) || name === 'open')
      throw new AdminRefusal('no-such-setting', `There is no setting ${name}.`);
    const parsed = v.safeParse(settings[name].schema as v.GenericSchema, value);
    if (!parsed.success) throw new AdminRefusal('invalid-value', `${settings[name].word}: ${parsed.issues[0].message}`);
  }
  await room.state.readOrCreate();
  if (!(await room.state.changeAll(given))) throw new AdminRefusal('restore-unfinished');
  if ('timeOut' in given || 'grace' in given) await room.crier.sweepNow();
  return { settings: given };
};
