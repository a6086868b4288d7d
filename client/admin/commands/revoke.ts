import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const revoke = adminCommand('revoke', {
  parameters: { invitation: word('code or id') },
  async run(context, { invitation }) {
    const result = await context.admin.ask('revoke', { invitation });
    context.show(result, `The invitation ${result.id} has been revoked.`);
    return undefined;
  },
});
