import { optional, word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const unblock = adminCommand('unblock', {
  parameters: { user: word('user'), address: optional(word('address')) },
  async run(context, { user, address }) {
    const { blocks } = await context.admin.ask('unblock', { user, ...(address !== undefined && { address }) });
    for (const block of blocks) context.show(block, `The user "${block.user}" can log in from ${block.address} again.`);
    return undefined;
  },
});
