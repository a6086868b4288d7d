import { type RefusalCode, type RefusalDetails, refusals } from '../../protocol/index.ts';

/** An error that the client is told. Any other error is a failure of the room, and is reported as `internal`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, details: RefusalDetails = {}, message: string = refusals[code]) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
