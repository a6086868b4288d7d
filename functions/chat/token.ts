import { createHash, randomBytes } from 'node:crypto';

/** A resume token and its hash, which the room stores. Generates 256 random bits if the client has not chosen one. */
export function newToken(chosen?: string): { token: string; tokenHash: string } {
  const token = chosen ?? randomBytes(32).toString('base64url');
  return { token, tokenHash: hashToken(token) };
}

/** A token has enough entropy for a plain hash; a slow one is not needed. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** An account's id. Begins with the time, so that a later owner of a name sorts after an earlier one. */
export function newAccountId(now: number): string {
  return now.toString(36).padStart(9, '0') + randomBytes(6).toString('hex');
}

/** A version tag for optimistic locking. */
export function newVersionTag(): string {
  return randomBytes(9).toString('base64url');
}
