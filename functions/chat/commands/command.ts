import type { Action, Arguments, Result } from '../../../protocol/index.ts';
import type { Connection, Member } from '../model.ts';
import type { Room } from '../ports.ts';

/** A command as it reaches its handler: parsed, and said by whom its entry admits. */
export interface Call<A extends Action> {
  readonly arguments: Arguments<A>;
  /** The client's request id. */
  readonly id: string | undefined;
  /** Whether it may have been carried out already, under the same id. */
  readonly again: boolean;
  readonly connection: Connection;
  /** Who spoke: set for whatever only members may say. */
  readonly member: Member;
}

/** A command under way: it has read what its arguments call for, and waits to hear who is speaking. */
export type Started<A extends Action> = (call: Call<A>) => Promise<Result<A>>;

/** What a command does. */
export type Handler<A extends Action, R extends Room = Room> = (
  room: R,
  args: Arguments<A>,
  address: string,
) => Promise<Started<A>>;

interface Parts<A extends Action, P, R extends Room> {
  /** Reads what depends on the arguments alone, while the room looks up who is speaking: one round trip for both. */
  prepare?(room: R, args: Arguments<A>, address: string): Promise<P>;
  run(room: R, call: Call<A>, prepared: P): Promise<Result<A>>;
}

/** A command's handler, made of its two parts. */
export function handle<A extends Action, P = undefined, R extends Room = Room>(
  _action: A,
  parts: Parts<A, P, R>,
): Handler<A, R> {
  return async (room, args, address) => {
    // Without `prepare`, P is undefined.
    const prepared = (await parts.prepare?.(room, args, address)) as P;
    return (call) => parts.run(room, call, prepared);
  };
}
