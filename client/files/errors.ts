/** Why a transfer failed, unless the room refused it. */
export type TransferFailure =
  /** The local file does not exist or is not readable. */
  | 'unreadable'
  /** It is a folder, a device or a pipe. */
  | 'not-a-file'
  | 'bad-name'
  | 'too-large'
  /** The local file changed after it was announced. */
  | 'changed'
  /** The store refused the transfer. A retry would not help. */
  | 'refused'
  /** There is no stable connection to the store. */
  | 'unreachable'
  /** The received bytes differ from the announced ones. */
  | 'wrong-bytes'
  /** The file cannot be written to the download folder. */
  | 'unwritable'
  /** The same file is being downloaded already. */
  | 'busy';

/** A transfer failed. `message` is one line for users. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
  readonly failure: TransferFailure;

  constructor(failure: TransferFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.failure = failure;
  }
}

/** A transient network error. A retry may succeed. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** The presigned URL has expired. The client must request a new one. */
export class ExpiredError extends Error {
  override readonly name = 'ExpiredError';

  constructor() {
    super('the file address has expired');
  }
}
