import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const resetPassword = adminCommand('reset-password', {
  parameters: { user: word('user') },
  async run(context, { user }) {
    const result = await context.admin.ask('reset-password', { user });
    context.show(
      result,
      `The user "${result.user}" can log in once with this password, and must then choose a new one. It is not shown again:`,
      result.password,
    );
    return undefined;
  },
});
