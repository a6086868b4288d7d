import { chatCommand } from '../chat-command.ts';
import { messageText, user as userName } from '../parameters.ts';
import { sentLine } from '../texts.ts';
import { asksAboutFile, offerAsFile } from '../too-long.ts';

export const message = chatCommand('message', {
  aliases: ['msg', 'm'],
  parameters: { user: userName, text: messageText },
  async run(context, { user, text }) {
    const { room, sent } = context;
    if (asksAboutFile(context, text)) return offerAsFile(context, text, user);
    const { delivery, sentAt } = await room.request('message', { to: user, text });
    const message = { to: user, text, sentAt, delivery };
    sent.add(message);
    const stored = `The user "${user}" is not online. The room has stored your message.`;
    return [sentLine(message, room.user), ...(delivery === 'stored' ? [stored] : [])];
  },
});
