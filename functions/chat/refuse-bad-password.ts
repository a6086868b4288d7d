import { byteLength, limits } from '../../protocol/index.ts';
import type { Settings } from './model.ts';
import { Refusal } from './refusal.ts';

/** @throws a refusal if a new password is shorter than the room demands, or longer than it hashes. */
export function refuseBadPassword(password: string, settings: Settings): void {
  const tooShort = [...password].length < settings.minPassword;
  if (!tooShort && byteLength(password) <= limits.passwordBytes) return;
  throw new Refusal(
    'invalid-password',
    { limit: settings.minPassword },
    tooShort ? `A password has at least ${settings.minPassword} characters.` : 'That password is too long.',
  );
}
