import { limits } from '../../protocol/index.ts';
import type { StreamName } from '../room/index.ts';
import type { Offer } from './names-seen.ts';

/** Commands that end the conversation. */
export type Farewell = 'logout' | 'quit';

/** Commands without arguments. */
type Bare = 'whoelse' | 'wholasthr' | 'blocklist' | 'passwd';

/** A command that the conversation goes on after. */
export type TalkCommand =
  | { readonly name: Bare }
  | { readonly name: 'broadcast'; readonly text: string }
  | { readonly name: 'message'; readonly to: string; readonly text: string }
  | { readonly name: 'block' | 'unblock'; readonly user: string }
  | { readonly name: 'file'; readonly to: string; readonly path: string }
  | { readonly name: 'fileget'; readonly offer?: Offer }
  | { readonly name: 'filedecline'; readonly offer: Offer }
  | { readonly name: 'history'; readonly stream: StreamName; readonly count: number }
  | { readonly name: 'help'; readonly about?: string };

/** A command as typed after the login. */
export type TypedCommand = TalkCommand | { readonly name: Farewell };

export type CommandName = TypedCommand['name'];

/** What Tab can complete an argument from; `offers` are those of the user who stands before it. */
export type Source = 'users' | 'commands' | 'streams' | 'own-files' | 'offerers' | 'offers';

/** An argument; the last of a command takes the rest of the line. */
export interface Argument {
  /** As help writes it. */
  readonly shown: string;
  readonly from?: Source;
}

export interface Grammar {
  readonly arguments: readonly Argument[];
  /** Shorter names, taken after a slash only: what is typed without one is the original's. */
  readonly aliases: readonly string[];
  /** @returns Nothing if the rest of the line does not fit. */
  parse(rest: string): TypedCommand | undefined;
}

const user: Argument = { shown: '<user>', from: 'users' };
const text: Argument = { shown: '<text>' };

const defaultCount = 20;

const alone = (name: Bare | Farewell, ...aliases: string[]): Grammar => ({
  arguments: [],
  aliases,
  parse: (rest) => (rest.trim() === '' ? { name } : undefined),
});

const aboutUser = (name: 'block' | 'unblock', ...aliases: string[]): Grammar => ({
  arguments: [user],
  aliases,
  parse: (rest) => {
    const named = rest.trim();
    return /^\S+$/.test(named) ? { name, user: named } : undefined;
  },
});

/** A user, and a name that may hold blanks. */
function parseUserAndFile(rest: string): { user: string; file: string } | undefined {
  const { first, rest: file } = splitWord(rest.trim());
  return first === '' || file.trim() === '' ? undefined : { user: first, file: file.trim() };
}

function parseOffer(rest: string): Offer | undefined {
  const parsed = parseUserAndFile(rest);
  return parsed && { from: parsed.user, name: parsed.file };
}

/** The commands, in the order in which help lists them. */
export const grammar: Readonly<Record<CommandName, Grammar>> = {
  whoelse: alone('whoelse', 'who', 'names'),
  wholasthr: alone('wholasthr', 'recent'),
  broadcast: {
    arguments: [text],
    aliases: ['all', 'say'],
    parse: (rest) => (rest.trim() === '' ? undefined : { name: 'broadcast', text: rest }),
  },
  message: {
    arguments: [user, text],
    aliases: ['msg', 'm'],
    parse: (rest) => {
      const { first: to, rest: said } = splitWord(rest.trimStart());
      return to === '' || said.trim() === '' ? undefined : { name: 'message', to, text: said };
    },
  },
  file: {
    arguments: [
      { shown: '<receiver>', from: 'users' },
      { shown: '<filename>', from: 'own-files' },
    ],
    aliases: ['send'],
    parse: (rest) => {
      const parsed = parseUserAndFile(rest);
      return parsed && { name: 'file', to: parsed.user, path: parsed.file };
    },
  },
  fileget: {
    arguments: [
      { shown: '[<source>', from: 'offerers' },
      { shown: '<filename>]', from: 'offers' },
    ],
    aliases: ['get', 'files'],
    parse: (rest) => {
      if (rest.trim() === '') return { name: 'fileget' };
      const offer = parseOffer(rest);
      return offer && { name: 'fileget', offer };
    },
  },
  filedecline: {
    arguments: [
      { shown: '<source>', from: 'offerers' },
      { shown: '<filename>', from: 'offers' },
    ],
    aliases: ['decline'],
    parse: (rest) => {
      const offer = parseOffer(rest);
      return offer && { name: 'filedecline', offer };
    },
  },
  block: aboutUser('block', 'ignore'),
  unblock: aboutUser('unblock', 'unignore'),
  blocklist: alone('blocklist', 'ignored'),
  history: {
    arguments: [{ shown: '[inbox|room]', from: 'streams' }, { shown: `[1-${limits.pageSize}]` }],
    aliases: ['hist'],
    parse: (rest) => {
      const match = /^(?:(inbox|room)(?:\s+|$))?([1-9]\d{0,2})?$/.exec(rest.trim());
      const count = Number(match?.[2] ?? defaultCount);
      if (!match || count > limits.pageSize) return undefined;
      return { name: 'history', stream: match[1] === 'inbox' ? 'inbox' : 'room', count };
    },
  },
  passwd: alone('passwd', 'password'),
  logout: alone('logout'),
  quit: alone('quit', 'exit', 'q'),
  help: {
    arguments: [{ shown: '[command]', from: 'commands' }],
    aliases: ['h', '?'],
    parse: (rest) => {
      const about = rest.trim();
      return about === '' ? { name: 'help' } : { name: 'help', about };
    },
  },
};

export const commandNames = Object.keys(grammar) as CommandName[];

export function isFarewell(command: TypedCommand): command is { readonly name: Farewell } {
  return command.name === 'logout' || command.name === 'quit';
}

/** How a command is typed. */
export function usage(name: CommandName): string {
  return [name, ...grammar[name].arguments.map(({ shown }) => shown)].join(' ');
}

/** Everything that may be typed for a command; with the slash, if it begins with one. */
export function spellings(hasSlash: boolean): Map<string, CommandName> {
  return new Map(
    commandNames.flatMap((name): [string, CommandName][] =>
      hasSlash ? [name, ...grammar[name].aliases].map((spelling) => [`/${spelling}`, name]) : [[name, name]],
    ),
  );
}

/** A line up to its first white space, and what comes after that one character, as typed. */
export function splitWord(line: string): { first: string; rest: string } {
  const end = line.search(/\s/);
  return end < 0 ? { first: line, rest: '' } : { first: line.slice(0, end), rest: line.slice(end + 1) };
}
