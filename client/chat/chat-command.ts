import { type Action, commands } from '../../protocol/index.ts';
import { type Command, type Definition, defineCommand } from '../commands/command.ts';
import type { Parameters } from '../commands/parameters.ts';
import type { RoomConnection } from '../room/common.ts';
import type { Line, Printed } from '../terminal/line.ts';
import type { Screen } from '../terminal/screen.ts';
import type { NamesSeen } from './names-seen.ts';
import type { SentMessages } from './sent-messages.ts';

/** The file transfers that commands start. They run in the background, and each shows its result. */
export interface FileTransfers {
  /**
   * Starts to send the files that the user has typed.
   * @throws {TransferError} if there is no such file.
   */
  send(to: string, typed: string): Promise<void>;
  /** Starts to send a text as a file. */
  sendText(to: string, text: string): void;
  /** Starts to receive a file. */
  get(from: string, name: string): void;
  /** @throws as `declineFile`. */
  decline(from: string, name: string): Promise<void>;
}

/** What a chat command works with, in the terminal and in the page. */
export interface ChatContext {
  readonly screen: Screen;
  readonly room: RoomConnection;
  readonly names: NamesSeen;
  readonly transfers: FileTransfers;
  readonly sent: SentMessages;
  /** The lines of `help`. */
  help(about?: string): Line[];
}

/** The command ends the conversation, with this last line. */
export interface ExitCommand {
  readonly goodbye: string;
}

/** The lines that a command prints, or that it ends the conversation. */
export type ChatResult = readonly Printed[] | ExitCommand;

type AfterLogin = (context: ChatContext) => Promise<readonly Printed[]>;

export interface ChatCommand extends Command<ChatContext, ChatResult, NamesSeen> {
  /** Runs once, right after the login; its lines are printed below the welcome. */
  readonly afterLogin?: AfterLogin | undefined;
}

/**
 * A command's arguments; an error is reported with the `user`, and the file `name`, among them.
 * What `run` throws is printed as an error line.
 */
type ChatDefinition<P> = Omit<Definition<ChatContext, ChatResult, P, unknown>, 'options'> & {
  readonly afterLogin?: AfterLogin;
};

/** A command that only the client knows. */
export function clientCommand<P extends Parameters<NamesSeen> = Record<never, never>>({
  afterLogin,
  ...definition
}: ChatDefinition<P>): ChatCommand {
  return { ...defineCommand<ChatContext, ChatResult, NamesSeen, P>(definition), afterLogin };
}

/** A command of the room: its summary is that of its protocol entry. */
export function chatCommand<P extends Parameters<NamesSeen> = Record<never, never>>(
  name: Action,
  definition: Omit<ChatDefinition<P>, 'name' | 'summary'>,
): ChatCommand {
  return clientCommand<P>({ name, summary: commands[name].summary, ...definition });
}
