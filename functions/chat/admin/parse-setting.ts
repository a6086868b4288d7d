import * as v from 'valibot';
import { isSettingName, type SettingName, settings } from '../../../protocol/admin/index.ts';
import { AdminRefusal } from './refusal.ts';

/** Refuses what is no setting, and a value that a setting cannot have. */
export function parseSetting(name: string, value: unknown): SettingName {
  if (!isSettingName(name)) throw new AdminRefusal('no-such-setting', `There is no setting ${name}.`);
  const { word, schema }: { word: string; schema: v.GenericSchema } = settings[name];
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new AdminRefusal('invalid-value', `${word} is ${parsed.issues[0].message}.`);
  return name;
}
