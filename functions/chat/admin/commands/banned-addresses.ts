import { bansInForce } from '../../bans.ts';
import { type AdminHandler, iso } from '../handler.ts';

export const bannedAddresses: AdminHandler<'banned-addresses'> = async (room) => {
  const { bans } = await room.state.read();
  return {
    bans: bansInForce(bans, room.clock.now()).map(([address, until]) => ({
      address,
      ...(until > 0 && { until: iso(until) }),
    })),
  };
};
