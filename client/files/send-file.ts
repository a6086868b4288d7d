import { exchange, readShort } from './http.ts';
import { OutgoingFile } from './outgoing-file.ts';
import type { FileRoom } from './room-requests.ts';
import { type SendOptions as CommonOptions, type SentFile, send, type Upload } from './send.ts';

export interface SendOptions extends CommonOptions {
  /** The path of the file, or the bytes of a path that is not UTF-8. The recipient sees its last segment. */
  readonly path: string | Buffer;
}

/**
 * Sends a file to a user, online or not. The room notifies the recipient when the upload is complete.
 *
 * @throws {TransferError} whose message is one line for users.
 * @throws {RefusalError} if the room refuses the file.
 * @throws as {@link RoomConnection.request}; the signal's reason.
 */
export async function sendFile(room: FileRoom, options: SendOptions): Promise<SentFile> {
  return send(room, await OutgoingFile.open(options.path), options, upload);
}

const upload: Upload<OutgoingFile> = async (file, { url, method, headers }, progress, { timing, signal }) => {
  const response = await exchange({
    url,
    method,
    headers: { ...headers, 'content-length': String(file.size) },
    body: () => file.read(progress),
    timing,
    signal,
  });
  return { status: response.statusCode ?? 0, text: await readShort(response) };
};
