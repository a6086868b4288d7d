import { join } from 'node:path';
import { bodyOf, exchange, readShort } from './http.ts';
import { PartFile, removeParts } from './part-file.ts';
import { type GetOptions as CommonOptions, type Download, receive } from './receive.ts';
import type { FileRoom } from './room-requests.ts';

export interface GetOptions extends CommonOptions {
  /** The download folder. Nothing is written outside it, and nothing in it is overwritten. */
  readonly folder: string;
}

/** A complete local file that the room no longer stores. */
export interface GotFile {
  /** The local name. It differs from the sender's name if that was taken or is not allowed here. */
  readonly name: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Downloads a file that waits for the user, and confirms it to the room. Resumes an interrupted download.
 *
 * @throws {TransferError} whose message is one line for users.
 * @throws {RefusalError} if no such file waits.
 * @throws as {@link RoomConnection.request}; the signal's reason.
 */
export async function getFile(room: FileRoom, options: GetOptions): Promise<GotFile> {
  const { from, name, folder } = options;
  const { user } = room;
  const received = await receive(room, options, {
    open: ({ size, sha256 }) => PartFile.open(folder, { user, from, name, size, sha256 }),
    gone: () => removeParts(folder, user, options),
    download,
  });
  return { ...received, path: join(folder, received.name) };
}

const download: Download = async (url, from, patience) => {
  const headers = from > 0 ? { range: `bytes=${from}-` } : {};
  const response = await exchange({ url, method: 'GET', headers, ...patience });
  return {
    status: response.statusCode ?? 0,
    chunks: () => bodyOf(response),
    text: () => readShort(response),
  };
};
