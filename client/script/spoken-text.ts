import { isUtf8 } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { UsageError } from '../config/errors.ts';
import { refuseFolder } from '../config/stdin.ts';

/**
 * The text to say: the words of the command line, else the input.
 * @throws {UsageError}
 */
export async function spokenText(words: readonly string[]): Promise<string> {
  const text = words.length > 0 ? words.join(' ') : await textOnStdin();
  if (text.trim() === '') throw new UsageError('There is nothing to say.');
  return text;
}

async function textOnStdin(): Promise<string> {
  refuseFolder();
  const bytes = await buffer(process.stdin).catch((error: Error) => {
    throw new UsageError(`The text cannot be read from stdin: ${error.message}`);
  });
  if (!isUtf8(bytes)) throw new UsageError('The text on stdin is not in UTF-8.');
  return bytes.toString().replace(/\r?\n$/, '');
}
