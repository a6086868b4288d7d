import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const addUser = adminCommand('add-user', {
  parameters: { user: word('user') },
  async run(context, { user }) {
    const result = await context.admin.ask('add-user', { user });
    context.show(
      result,
      `The user "${result.user}" can log in once with this password, and must then choose a new one. It is not shown again:`,
      result.password,
    );
    return undefined;
  },
});
