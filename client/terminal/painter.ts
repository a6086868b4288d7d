import { Chalk } from 'chalk';
import { foldName } from '../../protocol/index.ts';
import { localMoment } from '../times.ts';
import type { Line, Style } from './line.ts';
import { printable } from './printable.ts';

/** Colours of the 256 that stand out from black and from white alike, by at least 3.9 : 1. */
export const userColours = [27, 28, 30, 31, 63, 64, 97, 98, 130, 131, 132, 133] as const;
export const errorColour = 196;
export const privateColour = 163;

/** Of the sixteen, whose shades are the terminal's choice, those that are seldom too faint. */
const basicUserColours = ['green', 'blue', 'magenta', 'cyan'] as const;

type Paint = (text: string) => string;

/** Renders a line for a terminal: escaped, and in colours if the terminal has them. */
export class Painter {
  readonly #styles: Readonly<Record<Style, Paint>>;

  /** @param colourDepth In bits, as Node tells it of a terminal: it knows NO_COLOR, FORCE_COLOR, and what TERM can do. */
  constructor(colourDepth: number) {
    const chalk = new Chalk({ level: colourDepth >= 8 ? 2 : colourDepth > 1 ? 1 : 0 });
    const isBasic = chalk.level < 2;
    const users = isBasic
      ? basicUserColours.map((colour) => chalk[colour])
      : userColours.map((colour) => chalk.ansi256(colour));
    this.#styles = {
      quiet: chalk.dim,
      strong: chalk.bold,
      error: (isBasic ? chalk.red : chalk.ansi256(errorColour)).bold,
      private: (isBasic ? chalk.magenta : chalk.ansi256(privateColour)).bold,
      user: (name) => ofUser(name, users)(name),
    };
  }

  line(line: Line): string {
    if (typeof line === 'string') return printable(line);
    return line.text
      .map((word) => (typeof word === 'string' ? printable(word) : this.paint(word.style, word.text)))
      .join('');
  }

  /** With the time it was said at, if it was. */
  stampedLine(line: Line): string {
    const at = typeof line === 'string' ? undefined : line.at;
    return at === undefined ? this.line(line) : `${this.paint('quiet', localMoment(at))} ${this.line(line)}`;
  }

  paint(style: Style, text: string): string {
    return this.#styles[style](printable(text));
  }
}

/** A user's colour: the same in every session and client, and for every spelling of the name's case. */
function ofUser(name: string, paints: readonly Paint[]): Paint {
  // FNV-1a: names that differ in one letter get far from each other.
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(foldName(name))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return paints[hash % paints.length] ?? String;
}
