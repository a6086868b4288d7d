import { optional, word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';
import { blockText } from '../texts.ts';

export const unblock = adminCommand('unblock', {
  parameters: { user: word('user'), address: optional(word('address')) },
  async run(context, { user, address }) {
    const { blocks } = await context.admin.ask('unblock', { user, ...(address !== undefined && { address }) });
    for (const block of blocks) {
      const all = [block.user, block.address].includes('*');
      const lifted = all
        ? `The block of ${blockText(block)} is lifted.`
        : `The user "${block.user}" can log in from ${block.address} again.`;
      context.show(block, lifted);
    }
    return undefined;
  },
});
