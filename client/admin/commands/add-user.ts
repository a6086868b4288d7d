import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';
import { showOneTimePassword } from '../one-time-password.ts';

export const addUser = adminCommand('add-user', {
  parameters: { user: word('user') },
  async run(context, { user }) {
    showOneTimePassword(context, await context.admin.ask('add-user', { user }));
    return undefined;
  },
});
