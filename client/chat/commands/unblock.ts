import { chatCommand } from '../chat-command.ts';
import { user as userName } from '../parameters.ts';

export const unblock = chatCommand('unblock', {
  aliases: ['unignore'],
  parameters: { user: userName },
  async run({ room }, { user }) {
    await room.request('unblock', { user });
    return [`You have unblocked ${user}.`];
  },
});
