import { CommandSet } from '../commands/command-set.ts';
import type { ChatCommand, ChatContext, ChatResult } from './chat-command.ts';
import { commands } from './commands/index.ts';
import type { NamesSeen } from './names-seen.ts';

/** The commands of a conversation, and what they do after a login. */
export class ChatCommands extends CommandSet<ChatContext, ChatResult, NamesSeen> {
  readonly afterLogin: readonly NonNullable<ChatCommand['afterLogin']>[];

  constructor(all: readonly ChatCommand[] = commands) {
    super(all, '"help <command>" explains one. After a slash, some have short names: /msg, /all, /who, /q ...');
    this.afterLogin = all.flatMap(({ afterLogin }) => afterLogin ?? []);
  }
}
