import * as v from 'valibot';
import { isSettingName, settingSchemas, settings } from '../../../protocol/admin/index.ts';
import type { AdminHandler } from './handler.ts';
import { AdminRefusal } from './refusal.ts';

export const change: AdminHandler<'change'> = async (room, { name, value, seen }) => {
  if (!isSettingName(name)) throw new AdminRefusal('no-such-setting', `There is no setting ${name}.`);
  const schema: v.GenericSchema = settingSchemas[name];
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new AdminRefusal('invalid-value', `${settings[name].word}: ${parsed.issues[0].message}`);
  // The first change may come before the first connection.
  await room.state.readOrCreate();
  const changed = await room.state.change(name, parsed.output as never, seen as never);
  if (!changed) {
    if (await room.door.mark()) throw new AdminRefusal('restore-unfinished');
    throw new AdminRefusal('changed-meanwhile', `${settings[name].word} was changed by somebody else meanwhile.`);
  }
  if (name === 'timeOut' || name === 'grace') await room.crier.sweepNow();
  return { name, value: parsed.output };
};
