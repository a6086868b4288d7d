import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const unsuspend = adminCommand('unsuspend', {
  parameters: { user: word('user') },
  async run(context, { user }) {
    const result = await context.admin.ask('unsuspend', { user });
    context.show(result, `The user "${result.user}" can log in again.`);
    return undefined;
  },
});
