import { rest } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';
import { count } from '../texts.ts';

export const announce = adminCommand('announce', {
  parameters: { text: rest('text') },
  async run(context, { text }) {
    const result = await context.admin.ask('announce', { text });
    context.show(
      result,
      `The announcement is being sent to ${count(result.online, 'online user')}. Offline users get it at their next login.`,
    );
    return undefined;
  },
});
