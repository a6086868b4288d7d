import type { Completion } from '../terminal/completion.ts';
import { type Input, takeWord, textOf } from './input.ts';

type Presence = 'required' | 'optional' | 'with-previous';

/** The data for the completion of an argument. */
export interface CompletionContext<Names> {
  /** The names seen so far. */
  readonly names: Names;
  /** The argument before this one. */
  readonly previous: string;
  /** The names of all commands. */
  readonly commands: readonly string[];
}

/** One argument of a command. */
export interface Parameter<Value = unknown, Names = never, P extends Presence = Presence> {
  /** The name in the usage, without brackets. */
  readonly shown: string;
  readonly presence: P;
  /** One word; the rest of the line, trimmed; or the rest exactly as typed. */
  readonly takes: 'word' | 'rest' | 'text';
  /** @returns undefined for invalid text. */
  parse(typed: string): Value | undefined;
  /** The completions of what was typed so far. */
  complete?(typed: string, context: CompletionContext<Names>): Completion | Promise<Completion>;
}

export type Parameters<Names = never> = Readonly<Record<string, Parameter<unknown, Names>>>;

/** The values of parameters, as parsed. */
export type Arguments<P> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer Value, never, infer Presence>
    ? 'required' extends Presence
      ? Value
      : Value | undefined
    : never;
};

type Complete<Names> = NonNullable<Parameter<unknown, Names>['complete']>;

const parameter =
  (takes: Parameter['takes']) =>
  <Names>(shown: string, complete?: Complete<Names>): Parameter<string, Names, 'required'> => ({
    shown,
    presence: 'required',
    takes,
    parse: (typed) => typed,
    ...(complete && { complete }),
  });

/** An argument that is one word. */
export const word = parameter('word');
/** An argument that takes the rest of the line, without white space around it. */
export const rest = parameter('rest');
/** An argument that takes the rest of the line, exactly as typed. */
export const text = parameter('text');

/** An optional argument. */
export const optional = <Value, Names>(
  required: Parameter<Value, Names, 'required'>,
): Parameter<Value, Names, 'optional'> => ({ ...required, presence: 'optional' });

/** An argument that must be given if the one before it is, and only then. */
export const withPrevious = <Value, Names>(
  required: Parameter<Value, Names, 'required'>,
): Parameter<Value, Names, 'with-previous'> => ({ ...required, presence: 'with-previous' });

/** The usage of parameters: `<user> [reason]`, `[<source> <filename>]`. */
export function shownParameters(parameters: readonly Parameter[]): string[] {
  const shown = parameters.map((one, index) => {
    if (one.presence === 'required') return `<${one.shown}>`;
    if (one.presence === 'with-previous') return `<${one.shown}>]`;
    return parameters[index + 1]?.presence === 'with-previous' ? `[<${one.shown}>` : `[${one.shown}]`;
  });
  return shown;
}

/** Parses the arguments in an input. Undefined if they do not match the parameters. */
export function parseArguments(parameters: Parameters, input: Input): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  let left = input;
  let hasPrevious = true;
  for (const [name, { takes, presence, parse }] of Object.entries(parameters)) {
    const taken = takes === 'word' ? takeWord(left) : { word: textOf(left), rest: '' };
    const typed = takes === 'text' ? taken.word : taken.word.trim();
    const value = typed.trim() === '' ? undefined : parse(typed);
    const mayBeAbsent = presence === 'optional' || (presence === 'with-previous' && !hasPrevious);
    if (value === undefined && !mayBeAbsent) return undefined;
    hasPrevious = value !== undefined;
    if (!hasPrevious) continue;
    values[name] = value;
    left = taken.rest;
  }
  return textOf(left).trim() === '' ? values : undefined;
}
