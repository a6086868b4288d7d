import { optional, rest } from '../../commands/parameters.ts';
import { wordsLike } from '../../terminal/completion.ts';
import { consoleCommand } from '../console-command.ts';

export const help = consoleCommand({
  name: 'help',
  summary: 'list the commands, or explain one',
  parameters: { about: optional(rest('command', (typed, { commands }) => wordsLike(typed, commands))) },
  async run(context, { about }) {
    context.note(...context.help(about));
    return undefined;
  },
});
