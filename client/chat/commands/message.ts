import { chatCommand } from '../chat-command.ts';
import { messageText, user as userName } from '../parameters.ts';

export const message = chatCommand('message', {
  aliases: ['msg', 'm'],
  parameters: { user: userName, text: messageText },
  async run({ room }, { user, text }) {
    const { delivery } = await room.request('message', { to: user, text });
    if (delivery === 'delivered') return [];
    return [`The user "${user}" is not online. The room has stored your message.`];
  },
});
