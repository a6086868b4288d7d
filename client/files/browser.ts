/** Sending files to people in a room and getting theirs, for pages. */
import { BlobSource } from './blob-source.ts';
import { download, upload } from './browser-http.ts';
import { type GetOptions as CommonGetOptions, type Received, receive } from './receive.ts';
import { type FileRoom, settleOffer } from './room-requests.ts';
import { type SendOptions as CommonSendOptions, type SentFile, send } from './send.ts';
import { type Sink, SinkPart } from './sink.ts';
import { patienceOf, type TransferOptions } from './transfer-options.ts';

export { TransferError, type TransferFailure } from './errors.ts';
export { type Progress, Speedometer } from './progress.ts';
export type { Received } from './receive.ts';
export type { FileRoom } from './room-requests.ts';
export type { SentFile } from './send.ts';
export { BlobSink, type Sink } from './sink.ts';
export { defaultTransferTiming, type TransferTiming } from './timing.ts';
export type { TransferOptions } from './transfer-options.ts';

export interface SendOptions extends CommonSendOptions {
  readonly file: Blob;
  /** The name for the recipient. Default: that of the `File`. */
  readonly name?: string;
}

export interface GetOptions extends CommonGetOptions {
  /** Takes the bytes, and gives the complete file to the user. */
  readonly sink: Sink;
}

/**
 * Sends a file to a user, online or not. The room notifies the recipient when the upload is complete.
 *
 * @throws {TransferError} whose message is one line for users.
 * @throws {RefusalError} if the room refuses the file.
 * @throws as {@link RoomConnection.request}; the signal's reason.
 */
export async function sendFile(room: FileRoom, options: SendOptions): Promise<SentFile> {
  const { file, name = 'name' in file ? String(file.name) : '' } = options;
  return send(room, new BlobSource(file, name), options, upload);
}

/**
 * Downloads a file that waits for the user, and confirms it to the room. A connection that breaks is resumed. A download
 * that was ended starts over.
 *
 * @throws {TransferError} whose message is one line for users.
 * @throws {RefusalError} if no such file waits.
 * @throws as {@link RoomConnection.request}; the signal's reason.
 */
export function getFile(room: FileRoom, options: GetOptions): Promise<Received> {
  const open = async (offer: { url: string; size: number; sha256: string }) =>
    new SinkPart(options.sink, options.name, offer);
  return receive(room, options, { open, download });
}

/**
 * Declines a file that waits for the user.
 * @throws {RefusalError} if no such file waits.
 * @throws as {@link RoomConnection.request}
 */
export async function declineFile(
  room: FileRoom,
  { from, name, ...options }: { readonly from: string; readonly name: string } & TransferOptions,
): Promise<void> {
  await settleOffer(room, 'filedecline', { from, name }, patienceOf(options));
}
