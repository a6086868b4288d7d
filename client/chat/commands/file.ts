import { chatCommand } from '../chat-command.ts';
import { ownFile, user as userName } from '../parameters.ts';

export const file = chatCommand('file', {
  aliases: ['send'],
  parameters: { user: { ...userName, shown: 'receiver' }, path: ownFile },
  async run({ transfers }, { user, path }) {
    await transfers.send(user, path);
    return [];
  },
});
