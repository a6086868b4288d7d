import type { Room } from './ports.ts';

/**
 * Awaits work that follows a commit or runs beside it. A failure is logged, and `otherwise` is returned: the commit stands, and a client
 * that got an error would retry.
 */
export async function orLog<T>(
  room: Pick<Room, 'logError'>,
  what: string,
  work: Promise<T>,
  otherwise: T,
  about?: Record<string, unknown>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    room.logError(what, error, about);
    return otherwise;
  }
}
