import { optional, rest } from '../../commands/parameters.ts';
import { wordsLike } from '../../terminal/completion.ts';
import { clientCommand } from '../chat-command.ts';
import type { NamesSeen } from '../names-seen.ts';

export const help = clientCommand({
  name: 'help',
  summary: 'List the commands, or explain one',
  aliases: ['h', '?'],
  parameters: { about: optional(rest<NamesSeen>('command', (typed, { commands }) => wordsLike(typed, commands))) },
  run: async ({ help }, { about }) => help(about),
  afterLogin: async () => ['Enter "help" to see the commands.'],
});
