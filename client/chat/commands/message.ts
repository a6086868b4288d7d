import { chatCommand } from '../chat-command.ts';
import { messageText, user as userName } from '../parameters.ts';
import { sentLine } from '../texts.ts';

export const message = chatCommand('message', {
  aliases: ['msg', 'm'],
  parameters: { user: userName, text: messageText },
  async run({ room, sent }, { user, text }) {
    const { delivery, sentAt } = await room.request('message', { to: user, text });
    const message = { to: user, text, sentAt, delivery };
    sent.add(message);
    const stored = `The user "${user}" is not online. The room has stored your message.`;
    return [sentLine(message, room.user), ...(delivery === 'stored' ? [stored] : [])];
  },
});
