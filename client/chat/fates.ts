import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Screen } from '../terminal/screen.ts';

/** Line numbers that a report lists. */
const mostListed = 20;

type Fate = 'done' | 'failed' | 'unclear';

/** What became of the commands of piped input. A user at a terminal reads that on the screen. */
export class Fates {
  readonly #screen: Screen;
  /** By the line of the input. */
  readonly #fates = new Map<number, Fate>();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Notes the fate of a command. A later note about the same line replaces it: a transfer that has begun can fail. */
  note(line: number, fate: Fate): void {
    if (!this.#screen.isAttended) this.#fates.set(line, fate);
  }

  /** What was not carried out, or perhaps not. Nothing if all was. `leftOver`: a sentence about unread input. */
  report(leftOver: string | undefined): string[] {
    return [
      ...listed(this.#linesOf('failed'), 'was not carried out.'),
      ...listed(this.#linesOf('unclear'), 'may or may not have been carried out.'),
      ...(leftOver === undefined ? [] : [leftOver]),
    ];
  }

  /** The exit code of the conversation, if it ended with this one. */
  code(ended: ExitCode, leftOver: string | undefined): ExitCode {
    if (ended === exitCodes.done && this.report(leftOver).length === 0) return ended;
    if (this.#fates.size > this.#linesOf('failed').length) return exitCodes.unclear;
    return ended === exitCodes.done ? exitCodes.refused : ended;
  }

  #linesOf(fate: Fate): number[] {
    return [...this.#fates].filter(([, one]) => one === fate).map(([line]) => line);
  }
}

function listed(lines: readonly number[], fate: string): string[] {
  const [first] = lines;
  if (first === undefined) return [];
  if (lines.length === 1) return [`Line ${first} of the input ${fate}`];
  const shown = lines.slice(0, mostListed).join(', ') + (lines.length > mostListed ? ', ...' : '');
  return [`${lines.length} lines of the input ${fate.replace(/^was/, 'were')} Their numbers: ${shown}`];
}
