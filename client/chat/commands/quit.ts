import { clientCommand } from '../chat-command.ts';
import { texts } from '../texts.ts';

export const quit = clientCommand({
  name: 'quit',
  summary: 'Leave the room',
  aliases: ['exit', 'q'],
  run: async () => ({ goodbye: texts.leaving }),
});
