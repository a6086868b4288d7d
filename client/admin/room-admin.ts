import {
  type AdminCommandName,
  type AdminInput,
  type AdminResult,
  adminRequest,
  type LongCommand,
  parseAdminReply,
} from '../../protocol/admin/index.ts';
import { RefusedError, UnreachableError } from './errors.ts';

/** Runs the room's admin function once, and gives what it returned. Throws an UnreachableError if it did not. */
export type Invoke = (payload: Record<string, unknown>) => Promise<unknown>;

/** A room as its administrator reaches it. */
export class RoomAdmin {
  readonly #invoke: Invoke;

  constructor(invoke: Invoke) {
    this.#invoke = invoke;
  }

  /** @throws {RefusedError | UnreachableError} */
  async ask<C extends AdminCommandName>(command: C, args: AdminInput<C>): Promise<AdminResult<C>> {
    const reply = parseAdminReply(command, await this.#invoke(adminRequest(command, args)));
    switch (reply.kind) {
      case 'result':
        return reply.result;
      case 'refusal':
        throw new RefusedError(reply.code, reply.message);
      case 'unknown':
        throw new UnreachableError(
          'The room answered in a way that this console does not know: are both of one version?',
        );
    }
  }

  /**
   * The results of a command that may not be over with one invocation, as they come.
   * @throws {RefusedError | UnreachableError}
   */
  async *askOn<C extends LongCommand>(command: C, args: AdminInput<C>): AsyncGenerator<AdminResult<C>> {
    let goOn: { from?: string } = {};
    for (;;) {
      const result: AdminResult<C> & { next?: string } = await this.ask(command, { ...args, ...goOn });
      yield result;
      if (result.next === undefined) return;
      goOn = { from: result.next };
    }
  }
}
