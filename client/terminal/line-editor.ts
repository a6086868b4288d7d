import { createInterface, emitKeypressEvents, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Keyboard } from './keyboard.ts';

/**
 * Characters at which the editor would submit the line, and those that stand for them in it: noncharacters, which
 * Unicode reserves for use inside a program.
 */
const breaks = '\n\r\u2028\u2029';
const standIns = '\ufdd0\ufdd1\ufdd2\ufdd3';

/** Whether a text can be inserted into the editor's line without a loss. */
export const fitsEditor = (text: string): boolean => !/[\ufdd0-\ufdd3]/.test(text);

/** A text as it is in the editor's line. It has the same length. */
export const toEditor = (text: string): string =>
  text.replace(/[\n\r\u2028\u2029]/g, (one) => standIns.charAt(breaks.indexOf(one)));

export const fromEditor = (line: string): string =>
  line.replace(/[\ufdd0-\ufdd3]/g, (one) => breaks.charAt(standIns.indexOf(one)));

/** Node's line editor, without its output: docs/decisions/0030 says why. */
export function lineEditor(input: Keyboard, completer: (line: string) => [string[], string]): Interface {
  // Without the editor as its second argument: else it would put what is pasted at the line's end, wherever the cursor
  // is.
  emitKeypressEvents(input);
  const { TERM } = process.env;
  // For a dumb terminal, Node inserts the characters of Backspace, Ctrl+U and Ctrl+W into the line.
  if (TERM !== undefined) process.env['TERM'] = 'xterm';
  try {
    return createInterface({
      input,
      output: new Writable({ write: (_chunk, _encoding, done) => done() }),
      terminal: true,
      prompt: '',
      removeHistoryDuplicates: true,
      completer,
    });
  } finally {
    if (TERM !== undefined) process.env['TERM'] = TERM;
  }
}
