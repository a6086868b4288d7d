import type { WriteStream } from 'node:tty';
import { Chalk } from 'chalk';
import { foldName } from '../../protocol/index.ts';
import { localMoment } from '../times.ts';
import type { Line, Style } from './line.ts';
import { printable } from './printable.ts';
import { type Piece, wrapPieces } from './wrap.ts';

/** Colours of the 256 that stand out from black and from white alike, by at least 3.9 : 1. */
export const userColours = [27, 28, 30, 31, 63, 64, 97, 98, 130, 131, 132, 133] as const;
export const errorColour = 196;
export const privateColour = 163;

/** Of the sixteen, whose shades are the terminal's choice, those that are seldom too faint. */
const basicUserColours = ['green', 'blue', 'magenta', 'cyan'] as const;

type Paint = Piece['paint'];

/** Renders a line for a terminal: escaped, in colours if the terminal has them, and broken into rows. */
export class Painter {
  readonly #styles: Readonly<Record<Exclude<Style, 'user'>, Paint>>;
  readonly #users: readonly Paint[];

  /**
   * @param colourDepth In bits, as Node tells it of a terminal: it knows NO_COLOR, FORCE_COLOR, and what TERM can do.
   */
  constructor(colourDepth: number) {
    const chalk = new Chalk({ level: colourDepth >= 8 ? 2 : colourDepth > 1 ? 1 : 0 });
    const isBasic = chalk.level < 2;
    this.#users = isBasic
      ? basicUserColours.map((colour) => chalk[colour])
      : userColours.map((colour) => chalk.ansi256(colour));
    this.#styles = {
      quiet: chalk.dim,
      strong: chalk.bold,
      error: (isBasic ? chalk.red : chalk.ansi256(errorColour)).bold,
      private: (isBasic ? chalk.magenta : chalk.ansi256(privateColour)).bold,
    };
  }

  line(line: Line): string {
    return painted(this.#pieces(line));
  }

  /** The rows of a line in a terminal of this width, with a hanging indent. */
  rows(line: Line, columns: number): string[] {
    const indent = typeof line === 'string' ? undefined : line.indent;
    return wrapPieces(this.#pieces(line), columns, indent).map(painted);
  }

  /** The same, after the time it was said at, if it was. */
  stampedRows(line: Line, columns: number): string[] {
    const at = typeof line === 'string' ? undefined : line.at;
    if (at === undefined) return this.rows(line, columns);
    const stamp = { text: localMoment(at), paint: this.#styles.quiet };
    return wrapPieces([stamp, { text: ' ', paint: String }, ...this.#pieces(line)], columns).map(painted);
  }

  paint(style: Style, text: string): string {
    return painted([this.#piece(style, text)]);
  }

  #pieces(line: Line): Piece[] {
    const words = typeof line === 'string' ? [line] : line.text;
    return words.map((word) =>
      typeof word === 'string' ? { text: printable(word), paint: String } : this.#piece(word.style, word.text),
    );
  }

  #piece(style: Style, text: string): Piece {
    const shown = printable(text);
    return { text: shown, paint: style === 'user' ? ofUser(shown, this.#users) : this.#styles[style] };
  }
}

const painted = (pieces: readonly Piece[]) => pieces.map(({ text, paint }) => paint(text)).join('');

/**
 * How many colours (in bits) a terminal has. Node warns on the terminal if FORCE_COLOR contradicts NO_COLOR, and
 * follows FORCE_COLOR.
 */
export function colourDepthOf(output: Pick<WriteStream, 'getColorDepth'>): number {
  const { NO_COLOR, NODE_DISABLE_COLORS, ...others } = process.env;
  return output.getColorDepth(others['FORCE_COLOR'] === undefined ? process.env : others);
}

/** The width of a terminal. The rows of other output have no end. */
export const columnsOf = (output: NodeJS.WritableStream & { readonly columns?: number }): number =>
  output.columns || Number.POSITIVE_INFINITY;

/** A user's colour: the same in every session and client, and for every spelling of the name's case. */
function ofUser(name: string, paints: readonly Paint[]): Paint {
  // FNV-1a: names that differ in one letter get far from each other.
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(foldName(name))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return paints[hash % paints.length] ?? String;
}
