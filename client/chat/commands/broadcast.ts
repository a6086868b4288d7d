import { chatCommand } from '../chat-command.ts';
import { messageText } from '../parameters.ts';
import { asksAboutFile, offerAsFile } from '../too-long.ts';

export const broadcast = chatCommand('broadcast', {
  aliases: ['all', 'say'],
  parameters: { text: messageText },
  async run(context, { text }) {
    const { room } = context;
    if (asksAboutFile(context, text)) return offerAsFile(context, text);
    const { seq } = await room.request('broadcast', { text });
    // The room sends a broadcast to its sender too. It is printed when it arrives.
    await room.shown('room', seq);
    return [];
  },
});
