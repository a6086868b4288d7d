import { chatCommand } from '../chat-command.ts';
import { fileSource, offeredFile } from '../parameters.ts';

export const filedecline = chatCommand('filedecline', {
  aliases: ['decline'],
  parameters: { user: fileSource, name: offeredFile },
  async run({ names, transfers }, { user, name: typed }) {
    const name = names.offeredName(user, typed);
    await transfers.decline(user, name);
    return [`You have declined the file "${name}" from "${user}".`];
  },
});
