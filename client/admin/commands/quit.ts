import { consoleCommand } from '../console-command.ts';

export const quit = consoleCommand({
  name: 'quit',
  summary: 'leave the console',
  aliases: ['exit'],
  run: async () => 'quit',
});
