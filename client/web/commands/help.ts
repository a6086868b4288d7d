import type { ChatCommand } from '../../chat/chat-command.ts';
import { help as helpInTerminal } from '../../chat/commands/help.ts';
import { type Line, span } from '../../terminal/line.ts';

/** The page says beside the input that a slash begins a command. */
export const help: ChatCommand = { ...helpInTerminal, afterLogin: undefined };

/** One line for each command. Unlike the terminal client, the page has no columns. */
export const helpOnAll = (commands: readonly ChatCommand[]): Line[] =>
  commands.map(({ usage, summary }) => ({ text: [span('strong', usage), `  ${summary}`] }));
