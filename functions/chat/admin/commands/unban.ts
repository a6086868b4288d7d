import { prefixOf } from '../../bans.ts';
import type { AdminHandler } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';
import { refuseDuringRestore } from '../refuse-during-restore.ts';

export const unban: AdminHandler<'unban'> = async (room, { address }) => {
  const prefix = prefixOf(address);
  if (prefix === undefined) throw new AdminRefusal('invalid-address');
  const { bans } = await room.state.readOrCreate();
  if (Object.hasOwn(bans, prefix) && (await room.banAdmin.unban(prefix))) return { address: prefix };
  await refuseDuringRestore(room);
  throw new AdminRefusal(
    'not-banned',
    `${prefix} is not banned. A ban is lifted by the address or prefix that is listed.`,
  );
};
