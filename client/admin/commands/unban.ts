import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const unban = adminCommand('unban', {
  parameters: { address: word('address') },
  async run(context, { address }) {
    const result = await context.admin.ask('unban', { address });
    context.show(result, `${result.address} is no longer banned.`);
    return undefined;
  },
});
