import { chatCommand } from '../chat-command.ts';
import { user as userName } from '../parameters.ts';

export const block = chatCommand('block', {
  aliases: ['ignore'],
  parameters: { user: userName },
  async run({ room }, { user }) {
    await room.request('block', { user });
    return [
      `You have blocked ${user} from sending you messages.`,
      'What they say to everyone is hidden from you, too.',
    ];
  },
});
