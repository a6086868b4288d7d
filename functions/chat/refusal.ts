import { type RefusalCode, type RefusalDetails, refusals } from '../../protocol/index.ts';

/** Something the room will not do, told to whoever asked. Any other error is the room's own failure. */
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
