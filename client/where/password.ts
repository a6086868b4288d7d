import { readFileSync } from 'node:fs';
import { InteractiveScreen } from '../terminal/interactive-screen.ts';
import { MisuseError } from './errors.ts';

/**
 * The password that a script gives: on a file descriptor (its first line), or in CHAT_PASSWORD. Never on the command line, which
 * everybody on the machine can read.
 * @throws {MisuseError} if nothing can be read from the descriptor.
 */
export function givenPassword(descriptor: number | undefined): string | undefined {
  if (descriptor === undefined) return process.env['CHAT_PASSWORD'] || undefined;
  try {
    return readFileSync(descriptor, 'utf8').replace(/\r?\n[\s\S]*$/, '');
  } catch (error) {
    throw new MisuseError(`No password can be read from descriptor ${descriptor}: ${(error as Error).message}`);
  }
}

/**
 * Asks for a password on the terminal, beside the output, unseen.
 * @throws {MisuseError} if there is no terminal to ask on.
 */
export async function askPassword(user: string): Promise<string> {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY) {
    throw new MisuseError('There is no password: set CHAT_PASSWORD, give --password-fd, or use a terminal.');
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
  if (interrupted || password === undefined) throw new MisuseError('No password was given.');
  return password;
}
