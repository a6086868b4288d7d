import { type AdminRefusalCode, adminRefusals } from '../../../protocol/admin/index.ts';

/** Something the room will not do for an administrator. Any other error is the room's own failure. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';
  readonly code: AdminRefusalCode;

  constructor(code: AdminRefusalCode, message: string = adminRefusals[code]) {
    super(message);
    this.code = code;
  }
}
