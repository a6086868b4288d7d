import { chatCommand } from '../chat-command.ts';
import { findOwnFiles } from '../own-files.ts';
import { ownFile, user as userName } from '../parameters.ts';

export const file = chatCommand('file', {
  aliases: ['send'],
  parameters: { user: { ...userName, shown: 'receiver' }, path: ownFile },
  async run({ transfers }, { user, path }) {
    for (const file of await findOwnFiles(path)) transfers.send(user, file);
    return [];
  },
});
