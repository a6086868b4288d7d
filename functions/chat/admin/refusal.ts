import { type AdminRefusalCode, adminRefusals } from '../../../protocol/admin/index.ts';

/** A refused command. Any other error is a failure of the room. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';
  readonly code: AdminRefusalCode;

  constructor(code: AdminRefusalCode, message: string = adminRefusals[code]) {
    super(message);
    this.code = code;
  }
}
