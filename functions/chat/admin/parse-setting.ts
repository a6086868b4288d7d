import * as v from 'valibot';
import { type ChangeableName, isSettingName, settings } from '../../../protocol/admin/index.ts';
import { AdminRefusal } from './refusal.ts';

/** Refuses what is no setting, or none that a change may set, and a value that a setting cannot have. */
export function parseSetting(name: string, value: unknown): ChangeableName {
  if (!isSettingName(name)) throw new AdminRefusal('no-such-setting', `There is no setting ${name}.`);
  if (name === 'open') throw new AdminRefusal('not-by-change');
  const { word, schema }: { word: string; schema: v.GenericSchema } = settings[name];
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new AdminRefusal('invalid-value', `${word} is ${parsed.issues[0].message}.`);
  return name;
}
