import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';
import { showOneTimePassword } from '../one-time-password.ts';

export const resetPassword = adminCommand('reset-password', {
  parameters: { user: word('user') },
  async run(context, { user }) {
    showOneTimePassword(context, await context.admin.ask('reset-password', { user }));
    return undefined;
  },
});
