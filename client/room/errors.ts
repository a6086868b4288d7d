import { type Action, commands, type RefusalCode, type RefusalDetails } from '../../protocol/index.ts';

/** The room refused a request; `message` is the room's sentence for a person. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly action: Action;
  /** One of the protocol's codes, or one that a newer room has added. */
  readonly code: RefusalCode | (string & {});
  readonly details: RefusalDetails;

  constructor(action: Action, refusal: { code: string; message: string } & RefusalDetails) {
    const { code, message, ...details } = refusal;
    super(message);
    this.action = action;
    this.code = code;
    this.details = details;
  }
}

/** API Gateway itself answered (a Lambda failed or ran too long): the request may or may not have been carried out. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly requestId: string;
  /** Whether all clients together send too many frames. Then the room did not get this one. */
  readonly isThrottled: boolean;

  constructor(message: string, requestId: string) {
    super(`The room failed to answer: ${message} (request ${requestId}).`);
    this.requestId = requestId;
    this.isThrottled = message === 'Too Many Requests';
  }
}

/** No reply in time: the request may or may not have been carried out. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';

  constructor(action: Action, milliseconds: number) {
    super(`The room did not answer "${action}" within ${milliseconds / 1000} seconds.`);
  }
}

/** The connection was lost before the reply came: the request may or may not have been carried out. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';

  constructor() {
    super('The connection was lost before the room answered: this may or may not have been done.');
  }
}

/** The connection has ended and will not be restored; nothing was sent. */
export class ConnectionEndedError extends Error {
  override readonly name = 'ConnectionEndedError';

  constructor() {
    super('The connection to the room has ended.');
  }
}

/** The reply does not match the protocol. The room has another version, or the server is not a chat room. */
export class UnexpectedReplyError extends Error {
  override readonly name = 'UnexpectedReplyError';

  constructor(action: Action) {
    super(`The room's reply to "${action}" is not one this program understands.`);
  }
}

/** The request is larger than API Gateway's limit; nothing was sent. */
export class RequestTooLargeError extends Error {
  override readonly name = 'RequestTooLargeError';
  /** Bytes. */
  readonly limit: number;

  constructor(limit: number) {
    super(`That is too long: a request may have ${limit} bytes.`);
    this.limit = limit;
  }
}

/** Whether a failed request may have been carried out nevertheless. */
export function mayBeDone(error: unknown): boolean {
  if (error instanceof RefusalError) return error.code === 'internal' && commands[error.action].repeat !== 'as-is';
  return (
    error instanceof ConnectionLostError ||
    error instanceof RequestTimeoutError ||
    error instanceof GatewayError ||
    error instanceof UnexpectedReplyError
  );
}

/** Why no connection could be made. */
export type ConnectFailure =
  | 'bad-address'
  | 'refused'
  | 'unknown-host'
  | 'unreachable'
  | 'timeout'
  | 'tls'
  | 'proxy'
  /** Too many clients connect at once: API Gateway's throttle, or a limit per address. It passes. */
  | 'busy'
  | 'room-stopped'
  | 'not-a-room'
  | 'unexpected-status';

/** No connection could be made; `message` is one line for a person. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly failure: ConnectFailure;

  constructor(failure: ConnectFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.failure = failure;
  }
}
