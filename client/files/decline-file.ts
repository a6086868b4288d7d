import type { GetOptions } from './get-file.ts';
import { removeParts } from './part-file.ts';
import { type FileRoom, settleOffer } from './room-requests.ts';
import { patienceOf } from './transfer-options.ts';

/**
 * Declines a file that waits for the user, and removes its part file from the folder.
 * @throws {RefusalError} if no such file waits.
 * @throws as {@link RoomConnection.request}
 */
export async function declineFile(
  room: FileRoom,
  { from, name, folder, ...options }: Pick<GetOptions, 'from' | 'name' | 'folder' | 'signal' | 'timing'>,
): Promise<void> {
  await settleOffer(room, 'filedecline', { from, name }, patienceOf(options));
  await removeParts(folder, room.user, { from, name });
}
