import { createHash, randomBytes } from 'node:crypto';

/** A resume token: 256 random bits, and what the room keeps of it. */
export function newToken(chosen?: string): { token: string; tokenHash: string } {
  const token = chosen ?? randomBytes(32).toString('base64url');
  return { token, tokenHash: hashToken(token) };
}

/** A token is random, so a plain hash is enough to keep it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** An account's id. Begins with the time, so that a later owner of a name sorts after an earlier one. */
export function newAccountId(now: number): string {
  return now.toString(36).padStart(9, '0') + randomBytes(6).toString('hex');
}

/** Marks a version of something that is replaced only by who has read it. */
export function newVersionTag(): string {
  return randomBytes(9).toString('base64url');
}
