import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';

export const remove = adminCommand('remove', {
  parameters: { user: word('user') },
  async run({ admin, ask, note, show }, { user }) {
    if (ask) {
      const answer = await ask(`Are you sure you want to cancel the registration of ${user}? Enter "yes" or "no":`);
      if (answer?.trim().toLowerCase() !== 'yes') {
        note(`"${user}" is still registered.`);
        return undefined;
      }
    }
    const result = await admin.ask('remove', { user });
    show(result, `The registration of "${result.user}" has been cancelled.`);
    return undefined;
  },
});
