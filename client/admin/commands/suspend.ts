import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const suspend = adminCommand('suspend', {
  parameters: { user: word('user') },
  async run(context, { user }) {
    const result = await context.admin.ask('suspend', { user });
    context.show(result, `The user "${result.user}" has been suspended.`);
    return undefined;
  },
});
