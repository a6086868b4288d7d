import type { Action, ActionIn, ActionOf, Arguments, CommandGroup, Result } from '../../protocol/index.ts';
import type { FileRoom } from './files/file-room.ts';
import type { Connection, Member } from './model.ts';
import type { RepeatableRequest, Room } from './ports.ts';

/** A guest's command as its handler gets it: parsed and authorized. */
export interface GuestCall<A extends Action> {
  readonly arguments: Arguments<A>;
  /** The client's request id. */
  readonly id: string | undefined;
  /** Set for a command that the client may repeat and that must be carried out once. */
  readonly request: RepeatableRequest;
  readonly connection: Connection;
}

/** A member's command as its handler gets it. */
export interface MemberCall<A extends Action> extends GuestCall<A> {
  readonly member: Member;
}

/** A command whose data is prefetched, before authorization. */
export type Prefetched<A extends Action> =
  | { readonly who: 'guest'; run(call: GuestCall<A>): Promise<Result<A>> }
  | { readonly who: 'member'; run(call: MemberCall<A>): Promise<Result<A>> };

/** Starts the prefetch of a command, and returns a function that runs it after authorization. */
export type Handler<A extends Action, R extends Room = Room> = (
  room: R,
  args: Arguments<A>,
  address: string,
) => Promise<Prefetched<A>>;

/** Handlers for some of the commands. */
export type Handlers<R extends Room> = { readonly [A in Action]?: Handler<A, R> };

/** The room of each group's function. Only the files function has access to the bytes of files. */
interface RoomOf extends Record<CommandGroup, Room> {
  account: Room;
  chat: Room;
  files: FileRoom;
}

/** A handler for every command of a group: an entry without a handler does not compile. */
export type GroupHandlers<G extends CommandGroup> = { readonly [A in ActionIn<G>]: Handler<A, RoomOf[G]> };

interface Parts<A extends Action, P, R extends Room, Call> {
  /**
   * May run **before authorization**, in parallel with the read of a connection that was a member's before, which saves a
   * round trip. So it must not write, and neither its result nor its failure may reach the client before `run`. It depends
   * only on the arguments and the caller's address.
   */
  prefetch?(room: R, args: Arguments<A>, address: string): Promise<P>;
  /** Runs after authorization. */
  run(room: R, call: Call, prefetched: P): Promise<Result<A>>;
}

/** The handler of a command that only members may send. */
export function memberCommand<A extends ActionOf<'member'>, P = undefined, R extends Room = Room>(
  _action: A,
  { prefetch, run }: Parts<A, P, R, MemberCall<A>>,
): Handler<A, R> {
  return async (room, args, address) => {
    // Without `prefetch`, P is undefined.
    const prefetched = (await prefetch?.(room, args, address)) as P;
    return { who: 'member', run: (call) => run(room, call, prefetched) };
  };
}

/** The handler of a command that only guests may send. */
export function guestCommand<A extends ActionOf<'guest'>, P = undefined, R extends Room = Room>(
  _action: A,
  { prefetch, run }: Parts<A, P, R, GuestCall<A>>,
): Handler<A, R> {
  return async (room, args, address) => {
    // Without `prefetch`, P is undefined.
    const prefetched = (await prefetch?.(room, args, address)) as P;
    return { who: 'guest', run: (call) => run(room, call, prefetched) };
  };
}
