import type { Room } from './ports.ts';

/**
 * Waits for what follows a commit, or is done beside it. That it fails is reported, and gives `otherwise`: what has been
 * committed stays true, and who was told of a failure would do it again.
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
