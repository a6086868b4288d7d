import { hashToken } from './token.ts';

/** The id of an invitation, by its code as a user typed it. The code is random, so a plain hash is enough to keep it. */
export const invitationId = (code: string): string => hashToken(code.trim().toLowerCase());
