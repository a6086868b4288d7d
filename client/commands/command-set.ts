import { UsageError } from '../config/errors.ts';
import { type Completion, noCompletion, wordsLike } from '../terminal/completion.ts';
import type { Line } from '../terminal/line.ts';
import type { Command, Invocation } from './command.ts';
import { type HelpTexts, helpOnAll, helpOnOne } from './help.ts';
import { type Input, takeWord, takeWords } from './input.ts';
import { nearest } from './nearest.ts';

/** There is no command of the typed name. */
export class UnknownCommandError extends UsageError {
  readonly typed: string;
  /** The nearest name, if one is near. */
  readonly meant: string | undefined;

  constructor(typed: string, meant: string | undefined) {
    const suggestion = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    const help = typed.startsWith('/') ? '/help' : 'help';
    super(`There is no command "${typed}".${suggestion} Enter "${help}" to see the commands.`);
    this.typed = typed;
    this.meant = meant;
  }
}

const wordCount = (spelling: string) => spelling.split(' ').length;

/** The commands that a user can type at a prompt: parses, completes and explains them. */
export class CommandSet<Context, Result, Names = undefined> {
  readonly #commands: readonly Command<Context, Result, Names>[];
  readonly #texts: HelpTexts;
  /** Commands by all of their spellings, in lower case. */
  readonly #bySpelling: ReadonlyMap<string, Command<Context, Result, Names>>;
  /** The spellings that are shown, in their case. */
  readonly #spellings: readonly string[];
  /** The number of words in the longest name. */
  readonly #longest: number;

  constructor(commands: readonly Command<Context, Result, Names>[], texts: HelpTexts) {
    this.#commands = commands;
    this.#texts = texts;
    const spelled = commands.flatMap((command) => {
      const afterPrefix = [command.name, ...command.aliases].map((name) => texts.aliasPrefix + name);
      return [...new Set([command.name, ...afterPrefix])].map((spelling) => [spelling, command] as const);
    });
    this.#spellings = spelled.map(([spelling]) => spelling);
    // A short name may be typed without its prefix, unless the command takes any text: "all right" is no command.
    const bare = commands.flatMap((command) =>
      command.parameters[0]?.takes === 'text' ? [] : command.aliases.map((alias) => [alias, command] as const),
    );
    this.#bySpelling = new Map([...bare, ...spelled].map(([spelling, command]) => [spelling.toLowerCase(), command]));
    this.#longest = Math.max(...this.#spellings.map(wordCount));
  }

  /**
   * Parses a typed line, or the arguments of a program.
   * @throws {UsageError}
   */
  parse(input: Input): Invocation<Context, Result> {
    const { command, rest } = this.#find(input);
    return command.parse(rest);
  }

  /** Completes a line being typed. */
  async complete(line: string, names: Names): Promise<Completion> {
    const typed = line.trimStart();
    const found = this.#lookUp(typed);
    const afterName = String(found?.rest ?? '');
    // A command's arguments begin after the white space that ends its name.
    if (!found || !/\s$/.test(typed.slice(0, typed.length - afterName.length))) {
      return wordsLike(typed, this.#alike(typed));
    }
    let [left, previous] = [afterName, ''];
    for (const { takes, complete } of found.command.parameters) {
      const begun = left.trimStart();
      const { word, rest } = takeWord(begun);
      if (takes !== 'word' || word === begun) {
        const commands = this.#commands.map(({ name }) => name);
        return complete?.(begun, { names, previous, commands }) ?? noCompletion;
      }
      [left, previous] = [String(rest), word];
    }
    return noCompletion;
  }

  /**
   * The help for all commands, or for one.
   * @throws {UsageError}
   */
  help(about?: string): Line[] {
    if (about === undefined) return helpOnAll(this.#commands, this.#texts);
    return helpOnOne(this.#find(about).command, this.#texts);
  }

  #find(input: Input) {
    const found = this.#lookUp(input);
    if (found) return found;
    const { typed, meant } = this.#suggest(input);
    throw new UnknownCommandError(typed, meant);
  }

  #lookUp(input: Input) {
    for (let count = this.#longest; count > 0; count--) {
      const { words, rest } = takeWords(input, count);
      const command = this.#bySpelling.get(words.toLowerCase());
      if (command) return { command, rest };
    }
    return undefined;
  }

  /** The spelling nearest to the typed word, if one is near. */
  #suggest(input: Input): { readonly typed: string; readonly meant?: string } {
    for (let count = this.#longest; count > 0; count--) {
      const typed = takeWords(input, count).words;
      const meant = nearest(
        typed,
        this.#alike(typed).filter((spelling) => wordCount(spelling) === count),
      );
      if (meant !== undefined) return { typed, meant };
    }
    return { typed: takeWord(input).word };
  }

  /** The spellings with a slash, or those without one. */
  #alike(typed: string): string[] {
    return this.#spellings.filter((spelling) => spelling.startsWith('/') === typed.startsWith('/'));
  }
}
