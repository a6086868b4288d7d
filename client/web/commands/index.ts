import type { ChatCommand } from '../../chat/chat-command.ts';
import { chatCommands } from '../../chat/commands/index.ts';
import { UsageError } from '../../config/errors.ts';
import type { CommandHost } from '../state/command-host.ts';
import { broadcast } from './broadcast.ts';
import { file } from './file.ts';
import { help } from './help.ts';
import { message } from './message.ts';
import { passwd } from './passwd.ts';

/**
 * The commands of the page: those of the terminal client, with their names, arguments, completions and texts. Only these
 * run in another way, because the page has a place of its own for what they show or ask.
 */
export const pageCommands = (host: CommandHost): readonly ChatCommand[] =>
  Object.values({
    ...chatCommands,
    broadcast: broadcast(host),
    file: file(host),
    help,
    message: message(host),
    passwd: passwd(host),
  }).map(withSlash);

/** Only a line that begins with a slash is a command in the page. */
function withSlash(command: ChatCommand): ChatCommand {
  return {
    ...command,
    usage: `/${command.usage}`,
    fullUsage: `/${command.fullUsage}`,
    parse(input) {
      try {
        return command.parse(input);
      } catch (error) {
        throw error instanceof UsageError ? new UsageError(error.message.replace(/^Usage: /, '$&/')) : error;
      }
    },
  };
}
