import { isYes } from '../commands/is-yes.ts';
import type { Line } from '../terminal/line.ts';
import type { ReadKind, Screen } from '../terminal/screen.ts';
import { texts } from './texts.ts';

/** There is no more input: the user leaves. */
export class EndOfInput extends Error {
  override readonly name = 'EndOfInput';
}

const marker = '>> ';

/**
 * Prints a question, if any, and reads the answer.
 * @throws {EndOfInput}
 */
export async function ask(screen: Screen, question: readonly Line[], kind: ReadKind, who = ''): Promise<string> {
  if (question.length > 0) screen.print(...question);
  const line = await screen.read(who + marker, kind);
  if (line === undefined) throw new EndOfInput();
  return line;
}

/**
 * Asks a person whether to try again in a full or busy room. Other answers are a name and a password that were typed
 * ahead, so nothing typed is shown.
 */
export async function wantsToTryAgain(screen: Screen, why: string): Promise<boolean> {
  if (!screen.isAttended) return false;
  screen.print(texts.askAgain(why));
  for (;;) {
    const answer = (await screen.read(marker, 'secret'))?.trim().toLowerCase();
    if (answer === undefined || ['no', 'n', 'quit', 'exit'].includes(answer)) return false;
    if (isYes(answer)) return true;
  }
}

/**
 * Asks for a new password until it was typed the same way twice.
 * @param shortest The shortest password that the room takes, in characters, if that is known.
 * @returns undefined if the user wants to go back. A person enters nothing for that; of a script, nothing is a
 *   password.
 */
export async function askNewPassword(screen: Screen, shortest?: number): Promise<string | undefined> {
  const rule = shortest === undefined ? [] : [texts.passwordRule(shortest)];
  for (let lines = rule; ; lines = []) {
    const password = await ask(screen, [...lines, texts.askNewPassword], 'secret');
    if (password === '' && screen.isAttended) return undefined;
    if ([...password].length < (shortest ?? 0)) {
      screen.print(texts.passwordTooShort);
      continue;
    }
    if ((await ask(screen, [texts.askPasswordAgain], 'secret')) === password) return password;
    screen.print(texts.passwordsDiffer);
  }
}
