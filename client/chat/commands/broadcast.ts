import { chatCommand } from '../chat-command.ts';
import { message } from '../parameters.ts';

export const command = chatCommand('broadcast', {
  aliases: ['all', 'say'],
  parameters: { text: message },
  async run({ room }, { text }) {
    const { seq } = await room.request('broadcast', { text });
    // The room sends a broadcast to its sender too. It is printed when it arrives.
    await room.shown('room', seq);
    return [];
  },
});
