import { CommandSet } from '../commands/command-set.ts';
import { UsageError } from '../config/errors.ts';
import type { ChatCommand, ChatContext, ChatResult } from './chat-command.ts';
import { chatCommands } from './commands/index.ts';
import type { NamesSeen } from './names-seen.ts';

/** The commands of a conversation, and what they do after a login. */
export class ChatCommands extends CommandSet<ChatContext, ChatResult, NamesSeen> {
  readonly afterLogin: readonly NonNullable<ChatCommand['afterLogin']>[];

  constructor(all: readonly ChatCommand[] = Object.values(chatCommands)) {
    super(all, {
      hint: '"help <command>" explains one command. Some have short names after a slash: /msg, /all, /who, /q ...',
      aliasPrefix: '/',
    });
    this.afterLogin = all.flatMap(({ afterLogin }) => afterLogin ?? []);
  }

  /** @throws {UsageError} unless the words are a command that a text can follow. */
  checkDefault(words: string): void {
    try {
      this.parse(`${words} text`);
    } catch {
      throw new UsageError(`--default "${words}" is not a command for a text, such as broadcast or "message Bob".`);
    }
  }
}
