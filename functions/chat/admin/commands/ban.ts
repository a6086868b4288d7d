import { banReason, bansInForce, isBanned, mostBans, prefixOf } from '../../bans.ts';
import { kickOut } from '../../end-session.ts';
import { hour } from '../../units.ts';
import { type AdminHandler, iso } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';

/** Bans first, which refuses logins that begin from now on, and ends the sessions from the address then. */
export const ban: AdminHandler<'ban'> = async (room, { address, hours }) => {
  const prefix = prefixOf(address);
  if (prefix === undefined) throw new AdminRefusal('invalid-address');
  const { bans } = await room.state.readOrCreate();
  const now = room.clock.now();
  const inForce = new Set(bansInForce(bans, now).map(([one]) => one));
  if (!inForce.has(prefix) && inForce.size >= mostBans) throw new AdminRefusal('too-many-bans');
  const until = hours === undefined ? 0 : now + hours * hour;
  const expired = Object.keys(bans).filter((one) => !inForce.has(one));
  if (!(await room.banAdmin.ban(prefix, until, expired))) throw new AdminRefusal('restore-unfinished');
  let ended = 0;
  for (const session of await room.sessions.all()) {
    if (!isBanned({ [prefix]: 0 }, session.address, now)) continue;
    if (await kickOut(room, session, banReason)) ended += 1;
  }
  return { address: prefix, ...(until > 0 && { until: iso(until) }), ended };
};
