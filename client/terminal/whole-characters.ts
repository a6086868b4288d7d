import type { Interface, Key } from 'node:readline';
import { splitGraphemes } from './cell-width.ts';

/**
 * Makes Node's line editor, which works by code point, move over and delete whole graphemes: a family, a flag, a letter
 * with its accent.
 */
export function editWholeCharacters(input: NodeJS.ReadableStream, editor: Interface): void {
  let line = '';
  let cursor = 0;
  input.prependListener('keypress', () => {
    ({ line, cursor } = editor);
  });
  input.on('keypress', (_text, { name, ctrl, meta }: Key) => {
    if (name === undefined || ctrl || meta) return;
    const isForward = name === 'right' || name === 'delete';
    if (!isForward && name !== 'left' && name !== 'backspace') return;
    const character = isForward ? splitGraphemes(line.slice(cursor))[0] : splitGraphemes(line.slice(0, cursor)).at(-1);
    // The editor has handled the first code point.
    for (const _rest of [...(character ?? '')].slice(1)) editor.write(null, { name });
  });
}
