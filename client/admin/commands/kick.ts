import { optional, rest, word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const kick = adminCommand('kick', {
  parameters: { user: word('user'), reason: optional(rest('reason')) },
  async run(context, { user, reason }) {
    const result = await context.admin.ask('kick', { user, ...(reason !== undefined && { reason }) });
    context.show(result, `The user "${result.user}" has been logged out.`);
    return undefined;
  },
});
