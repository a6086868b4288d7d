import { adminCommand } from '../console-command.ts';
import { moment } from '../texts.ts';

export const bannedAddresses = adminCommand('banned-addresses', {
  async run(context) {
    const heading = '[admin] Banned addresses:';
    const { bans } = await context.admin.ask('banned-addresses', {});
    if (bans.length === 0) context.note(heading, '(none)');
    for (const [i, one] of bans.entries()) {
      const end = one.until === undefined ? '' : ` until ${moment(one.until)}`;
      context.show(one, ...(i === 0 ? [heading] : []), `${one.address}${end}`);
    }
    return undefined;
  },
});
