import { chatCommand } from '../chat-command.ts';
import { fileSource, offeredFile } from '../parameters.ts';

export const filedecline = chatCommand('filedecline', {
  aliases: ['decline'],
  parameters: { user: fileSource, name: offeredFile },
  async run({ transfers }, { user, name }) {
    await transfers.decline(user, name);
    return [`You have declined the file "${name}" from "${user}".`];
  },
});
