import { type Action, commands, limits } from '../../protocol/index.ts';
import type { StreamName } from '../room/index.ts';

/** Commands that end the conversation. */
export type Farewell = 'logout' | 'quit';

/** Commands without arguments. */
type Bare = 'whoelse' | 'wholasthr' | 'blocklist' | 'passwd' | 'help';

/** A command that the conversation goes on after. */
export type TalkCommand =
  | { readonly name: Bare }
  | { readonly name: 'broadcast'; readonly text: string }
  | { readonly name: 'message'; readonly to: string; readonly text: string }
  | { readonly name: 'block' | 'unblock'; readonly user: string }
  | { readonly name: 'history'; readonly stream: StreamName; readonly count: number };

/** A command as typed after the login. */
export type TypedCommand = TalkCommand | { readonly name: Farewell };

export type CommandName = TypedCommand['name'];

export type ParsedLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'command'; readonly command: TypedCommand }
  /** A command whose arguments are not understood. */
  | { readonly kind: 'misused'; readonly usage: string }
  | { readonly kind: 'unknown'; readonly word: string };

interface Grammar {
  readonly usage: string;
  /** @returns Nothing if the rest of the line does not fit the usage. */
  parse(rest: string): TypedCommand | undefined;
}

const defaultCount = 20;

const alone = (name: Bare | Farewell): Grammar => ({
  usage: name,
  parse: (rest) => (rest.trim() === '' ? { name } : undefined),
});

const aboutUser = (name: 'block' | 'unblock'): Grammar => ({
  usage: `${name} <user>`,
  parse: (rest) => {
    const user = rest.trim();
    return /^\S+$/.test(user) ? { name, user } : undefined;
  },
});

const grammar: Readonly<Record<CommandName, Grammar>> = {
  whoelse: alone('whoelse'),
  wholasthr: alone('wholasthr'),
  broadcast: {
    usage: 'broadcast <text>',
    parse: (text) => (text.trim() === '' ? undefined : { name: 'broadcast', text }),
  },
  message: {
    usage: 'message <user> <text>',
    parse: (rest) => {
      const { first: to, rest: text } = splitWord(rest.trimStart());
      return to === '' || text.trim() === '' ? undefined : { name: 'message', to, text };
    },
  },
  block: aboutUser('block'),
  unblock: aboutUser('unblock'),
  blocklist: alone('blocklist'),
  history: {
    usage: `history [inbox|room] [1-${limits.pageSize}]`,
    parse: (rest) => {
      const match = /^(?:(inbox|room)(?:\s+|$))?([1-9]\d{0,2})?$/.exec(rest.trim());
      const count = Number(match?.[2] ?? defaultCount);
      if (!match || count > limits.pageSize) return undefined;
      return { name: 'history', stream: match[1] === 'inbox' ? 'inbox' : 'room', count };
    },
  },
  passwd: alone('passwd'),
  logout: alone('logout'),
  quit: alone('quit'),
  help: alone('help'),
};

export const commandNames = Object.keys(grammar) as CommandName[];

/** A line up to its first white space, and what comes after that one character, as typed. */
function splitWord(line: string): { first: string; rest: string } {
  const end = line.search(/\s/);
  return end < 0 ? { first: line, rest: '' } : { first: line.slice(0, end), rest: line.slice(end + 1) };
}

/** Understands a line typed after the login. */
export function parseLine(line: string): ParsedLine {
  const { first, rest } = splitWord(line.trimStart());
  if (first === '') return { kind: 'nothing' };
  const name = commandNames.find((known) => known === first.toLowerCase());
  if (!name) return { kind: 'unknown', word: first };
  const command = grammar[name].parse(rest);
  return command ? { kind: 'command', command } : { kind: 'misused', usage: grammar[name].usage };
}

/** Commands that begin like this. */
export function completions(line: string): string[] {
  return commandNames.filter((name) => name.startsWith(line)).map((name) => `${name} `);
}

export function isFarewell(command: TypedCommand): command is { readonly name: Farewell } {
  return command.name === 'logout' || command.name === 'quit';
}

/** What the wire's own list of commands does not know of. */
const ownSummaries = { quit: 'Leave the room', help: 'Show this list' } as const satisfies Record<
  Exclude<CommandName, Action>,
  string
>;

/** The lines of `help`. */
export function helpLines(): string[] {
  const width = Math.max(...commandNames.map((name) => grammar[name].usage.length));
  return commandNames.map((name) => {
    const summary = name === 'quit' || name === 'help' ? ownSummaries[name] : commands[name].summary;
    return `  ${grammar[name].usage.padEnd(width)}  ${summary}`;
  });
}
