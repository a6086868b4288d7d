import { isUtf8 } from 'node:buffer';
import { readSync } from 'node:fs';
import { InteractiveScreen } from '../terminal/interactive-screen.ts';
import { isDamaged } from './encoding.ts';
import { UsageError } from './errors.ts';

const newline = 0x0a;
/** Milliseconds between two reads of a non-blocking pipe. */
const pause = 20;

/**
 * The password of a script: the first line of a file descriptor, or CHAT_PASSWORD. It is never on the command line, which
 * all users of the machine can read.
 * @throws {UsageError} if nothing can be read from the descriptor.
 */
export function givenPassword(descriptor: number | undefined): string | undefined {
  if (descriptor === undefined) {
    const password = process.env['CHAT_PASSWORD'] || undefined;
    if (password !== undefined && isDamaged(password))
      throw new UsageError('CHAT_PASSWORD is not in UTF-8. Use --password-fd.');
    return password;
  }
  try {
    return firstLine(descriptor);
  } catch (error) {
    throw new UsageError(`No password can be read from descriptor ${descriptor}: ${(error as Error).message}`);
  }
}

/** Reads a line and nothing after it, because the rest may be a message or commands. */
function firstLine(descriptor: number): string {
  const bytes: number[] = [];
  const next = Buffer.alloc(1);
  while (readWaiting(descriptor, next) === 1 && next[0] !== newline) bytes.push(next.readUInt8());
  const line = Buffer.from(bytes);
  if (!isUtf8(line)) throw new Error('it is not in UTF-8');
  return line.toString('utf8').replace(/\r$/, '');
}

/** Node makes a pipe on stdin non-blocking, so this polls until data has arrived. */
function readWaiting(descriptor: number, into: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, into);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
}

/**
 * Asks for a password on the terminal, without echo. Writes nothing to stdout.
 * @throws {UsageError} if there is no terminal.
 */
export async function askPassword(user: string): Promise<string> {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY) {
    throw new UsageError('The password is missing: set CHAT_PASSWORD, use --password-fd, or run in a terminal.');
  }
  let interrupted = false;
  const screen = new InteractiveScreen({
    input,
    output: output as NodeJS.WriteStream,
    interrupted: () => {
      interrupted = true;
      screen.endInput();
    },
    complete: () => ({ candidates: [], of: '' }),
  });
  const password = await screen.read(`Password of ${user}: `, 'secret');
  screen.endInput();
  if (interrupted || password === undefined) throw new UsageError('No password was given.');
  return password;
}
