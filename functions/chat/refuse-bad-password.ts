import { byteLength, limits } from '../../protocol/index.ts';
import { isCommonPassword } from './common-passwords.ts';
import type { Settings } from './model.ts';
import { Refusal } from './refusal.ts';

/** @throws a refusal if a new password is too short, too long to hash, or one of the most common ones. */
export function refuseBadPassword(password: string, settings: Settings): void {
  const tooShort = [...password].length < settings.minPassword;
  if (!tooShort && byteLength(password) <= limits.passwordBytes) {
    if (!isCommonPassword(password)) return;
    throw new Refusal('invalid-password', {}, 'That is one of the most common passwords. Choose another one.');
  }
  throw new Refusal(
    'invalid-password',
    { limit: settings.minPassword },
    tooShort ? `A password has at least ${settings.minPassword} characters.` : 'That password is too long.',
  );
}
