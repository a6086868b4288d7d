import { settings } from '../../../protocol/admin/index.ts';
import type { AdminHandler } from './handler.ts';
import { parseSetting } from './parse-setting.ts';
import { AdminRefusal } from './refusal.ts';

export const change: AdminHandler<'change'> = async (room, { name: given, value, seen }) => {
  const name = parseSetting(given, value);
  // The first change may come before the first connection.
  await room.state.readOrCreate();
  const was = await room.state.change(name, value as never, seen as never);
  if (was === undefined) {
    if (await room.door.mark()) throw new AdminRefusal('restore-unfinished');
    throw new AdminRefusal('changed-meanwhile', `${settings[name].word} was changed by somebody else meanwhile.`);
  }
  if (name === 'timeOut' || name === 'grace') await room.asyncInvoker.invokeSweeper();
  return { name, value, was };
};
