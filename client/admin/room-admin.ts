import {
  type AdminCommandName,
  type AdminInput,
  type AdminResult,
  adminRequest,
  type LongCommand,
  parseAdminReply,
} from '../../protocol/admin/index.ts';
import { RefusedError, UnreachableError } from './errors.ts';

/** Invokes the room's admin function once and returns its result. @throws {UnreachableError} */
export type Invoke = (payload: Record<string, unknown>) => Promise<unknown>;

/** A room that the console has found. */
export interface Target {
  readonly invoke: Invoke;
  /** The room's name for the administrator: its address and folder, or its stack. */
  readonly name?: string;
  /** Where its bucket is, for the administrator. */
  readonly bucket?: string;
  /** The command that opens the room after a stop; `start` by default. */
  readonly opensWith?: string;
}

/** The administrator's access to a room. */
export class RoomAdmin {
  readonly #find: () => Promise<Target>;
  #target: Promise<Target> | undefined;

  /** @param find looks for the room, when it is needed first. */
  constructor(find: () => Promise<Target>) {
    this.#find = find;
  }

  /** The room. @throws {UnreachableError} */
  target(): Promise<Target> {
    this.#target ??= this.#find();
    return this.#target;
  }

  /** @throws {RefusedError | UnreachableError} */
  async ask<C extends AdminCommandName>(command: C, args: AdminInput<C>): Promise<AdminResult<C>> {
    const { invoke } = await this.target();
    const reply = parseAdminReply(command, await invoke(adminRequest(command, args)));
    switch (reply.kind) {
      case 'result':
        return reply.result;
      case 'refusal':
        throw new RefusedError(reply.code, reply.message);
      case 'unknown':
        throw new UnreachableError(
          "This console does not understand the room's reply. Check that both have the same version.",
        );
    }
  }

  /**
   * The results of a command that may take several invocations, one by one.
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
