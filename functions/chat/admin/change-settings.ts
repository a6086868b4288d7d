import * as v from 'valibot';
import { isSettingName, type Setting, settings } from '../../../protocol/admin/index.ts';
import type { ChangeableSettings } from '../model.ts';
import type { AdminRoom } from './ports.ts';
import { AdminRefusal } from './refusal.ts';

/**
 * Sets some settings at once, or none, and returns their former values.
 * @param seen the values that the administrator saw. Nothing is changed if one of them is not in force any more.
 * @throws AdminRefusal
 */
export async function changeSettings(
  room: AdminRoom,
  given: Record<string, unknown>,
  seen: Readonly<Record<string, unknown>> = {},
): Promise<Partial<ChangeableSettings>> {
  assertSettings(given);
  // The first change may come before the first connection, which creates the room's item.
  await room.state.readOrCreate();
  const was = await room.state.change(given, seen);
  if (!was) {
    if (await room.lifecycle.restoreLock()) throw new AdminRefusal('restore-unfinished');
    const words = Object.keys(given).map((name) => (isSettingName(name) ? settings[name].word : name));
    throw new AdminRefusal(
      'changed-meanwhile',
      `${words.join(', ')} was changed by another administrator meanwhile. Look at it again.`,
    );
  }
  if ('timeOut' in given || 'grace' in given) await room.asyncInvoker.invokeSweeper();
  return was;
}

function assertSettings(given: Record<string, unknown>): asserts given is Partial<ChangeableSettings> {
  for (const [name, value] of Object.entries(given)) {
    if (!isSettingName(name)) throw new AdminRefusal('no-such-setting', `There is no setting ${name}.`);
    if (name === 'open') throw new AdminRefusal('not-by-change');
    const { word, schema }: Setting = settings[name];
    const parsed = v.safeParse(schema, value);
    if (!parsed.success) throw new AdminRefusal('invalid-value', `${word} is ${parsed.issues[0].message}.`);
  }
}
