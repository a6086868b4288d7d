/** Sending files to people in a room and getting theirs, for the terminal client and for other programs. */

export { declineFile } from './decline-file.ts';
export { TransferError, type TransferFailure } from './errors.ts';
export { type GetOptions, type GotFile, getFile } from './get-file.ts';
export { type Progress, Speedometer } from './progress.ts';
export type { FileRoom } from './room-requests.ts';
export type { SentFile } from './send.ts';
export { type SendOptions, sendFile } from './send-file.ts';
export { defaultTransferTiming, type TransferTiming } from './timing.ts';
export type { TransferOptions } from './transfer-options.ts';
