import { foldName } from '../../../protocol/index.ts';
import { EndOfInput } from '../../chat/ask.ts';
import { carryOut } from '../../chat/carry-out.ts';
import type { ChatCommand, ChatContext } from '../../chat/chat-command.ts';
import { ChatCommands } from '../../chat/command-set.ts';
import { greet } from '../../chat/greet.ts';
import { UnknownCommandError } from '../../commands/command-set.ts';
import type { Input } from '../../commands/input.ts';
import { ConnectionEndedError } from '../../room/common.ts';
import { noCompletion, wordsLike } from '../../terminal/completion.ts';
import { helpOnAll } from '../commands/help.ts';
import { pageCommands } from '../commands/index.ts';
import { texts } from '../texts.ts';
import type { CommandHost } from './command-host.ts';
import type { Conversation } from './conversation.ts';
import { PageScreen } from './page-screen.ts';

/** Commands after which the list of blocked users is another one. */
const changesBlocked: ReadonlySet<string> = new Set(['block', 'unblock']);

/** A name at the end of a text, such as `@Bo`. */
const mention = /(?:^|\s)@([\w.-]*)$/;

/** What a typed line can become. */
export interface Candidate {
  readonly line: string;
  /** The part that it adds, and what it means. */
  readonly shown: string;
  readonly hint: string | undefined;
}

/** Carries out the commands that the user types, or chooses from a menu. */
export class Commands {
  readonly #host: CommandHost;
  readonly #all: readonly ChatCommand[];
  readonly #commands: ChatCommands;
  readonly #bySpelling: ReadonlyMap<string, ChatCommand>;
  readonly screen: PageScreen;
  /** The conversation in which the last command was typed. */
  #conversation: Conversation | undefined;

  constructor(host: CommandHost) {
    this.#host = host;
    this.#all = pageCommands(host);
    this.#commands = new ChatCommands(this.#all);
    this.#bySpelling = new Map(
      this.#all.flatMap((command) => [command.name, ...command.aliases].map((name) => [`/${name}`, command] as const)),
    );
    this.screen = new PageScreen((lines) => host.print(this.#conversation ?? host.shown, lines));
  }

  /** Runs what the commands do after a login. */
  async greet(): Promise<void> {
    await greet(this.#context(), this.#commands);
  }

  /** What a text can become: a command, or a text that mentions a user. */
  async candidates(text: string): Promise<readonly Candidate[]> {
    if (text.startsWith('/')) return text.includes('\n') ? [] : this.#commandsLike(text);
    const [, begun] = mention.exec(text) ?? [];
    if (begun === undefined) return [];
    const start = text.slice(0, text.length - begun.length);
    return wordsLike(begun, this.#users).candidates.map((word) => ({
      line: start + word,
      shown: word.trimEnd(),
      hint: undefined,
    }));
  }

  /** The lines that a typed line can become. Of a command's spellings, only the first that fits. */
  async #commandsLike(line: string): Promise<readonly Candidate[]> {
    const found = await this.#commands.complete(line, this.#host.names).catch(() => noCompletion);
    const begun = line.slice(0, line.length - found.of.length);
    const named = new Set<ChatCommand>();
    return found.candidates.flatMap((candidate) => {
      const shown = candidate.trimEnd();
      const command = begun.trim() === '' ? this.#bySpelling.get(shown) : undefined;
      if (command && named.has(command)) return [];
      if (command) named.add(command);
      return [{ line: begun + candidate, shown, hint: command?.summary }];
    });
  }

  /**
   * Whether a line is a command that can run, or a text, and does not end with a part of a word that can be completed.
   * @param candidates What the line can become.
   */
  isComplete(line: string, [first, ...others]: readonly Candidate[]): boolean {
    if (line.startsWith('/')) {
      try {
        this.#commands.parse(line);
      } catch {
        return false;
      }
      // An alias of a command is complete, and is not listed.
      if (!/\s/.test(line)) return true;
    }
    if (first === undefined) return true;
    const begun = line.slice(first.line.trimEnd().length - first.shown.length).trimEnd();
    return begun === '' || [first, ...others].some(({ shown }) => foldName(shown) === foldName(begun));
  }

  /**
   * @param line What the user has typed, or the words of a command.
   * @param conversation Where the command prints.
   * @returns whether the command was carried out.
   */
  async run(line: Input, conversation: Conversation): Promise<boolean> {
    this.screen.withdraw();
    this.#conversation = conversation;
    let name = '';
    let failure: unknown;
    const parse = (input: Input) => {
      const invocation = this.#commands.parse(input);
      name = invocation.name;
      return invocation;
    };
    try {
      const result = await carryOut(line, this.#context(), { parse }, (error) => {
        failure = error;
      });
      if ('goodbye' in result) {
        await this.#host.room.leave();
        return true;
      }
      await this.screen.page(failure instanceof UnknownCommandError ? [...result, texts.slashHint] : result);
      if (changesBlocked.has(name)) {
        await this.#host.people.learnBlocked().catch((error: unknown) => this.#host.failed(error));
      }
    } catch (error) {
      if (!(error instanceof EndOfInput) && !(error instanceof ConnectionEndedError)) throw error;
    }
    return failure === undefined || failure instanceof EndOfInput;
  }

  /** Users to mention: those who are online, and those who have written. */
  get #users(): string[] {
    const { names, people } = this.#host;
    return [...new Set([...people.online.peek(), ...names.users])].sort();
  }

  #context(): ChatContext {
    const { room, names, transfers, outbox } = this.#host;
    const help = (about?: string) => (about === undefined ? helpOnAll(this.#all) : this.#commands.help(about));
    return { screen: this.screen, room, names, transfers, sent: outbox.sent, help };
  }
}
