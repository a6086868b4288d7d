import type { RefusalCode } from '../../protocol/index.ts';
import { isBanned } from './bans.ts';
import { orLog } from './or-log.ts';
import { isAllowedOrigin } from './origin.ts';
import type { Room } from './ports.ts';

/** A client that wants to connect. */
export interface Newcomer {
  readonly connectionId: string;
  readonly address: string;
  /** Of the web page that connects, if it is one. */
  readonly origin: string | undefined;
  /** `resume` if its login or resume decides about a seat. Earlier clients say `login` if they come to log in, or nothing. */
  readonly purpose: string | undefined;
}

/** A full room's status for an earlier client that comes to log in. Such a client does not try again, as it does after a 429. */
const fullStatus = 409;

/**
 * Admits a client to the room, as a guest, or refuses it. A full room admits a client whose login or resume decides about a seat. A
 * resume and a takeover of the user's own session need no new seat. Any other login takes one, or is refused with `room-full`.
 * @returns The HTTP status for `$connect`, which is all that a refused client gets.
 */
export async function admit(room: Room, { connectionId, address, origin, purpose }: Newcomer): Promise<number> {
  const at = room.clock.now();
  if (room.guests.isRefused(address, at)) return 429;
  const state = await room.state.readOrCreate();
  const refused = (
    result: RefusalCode | 'origin-refused' | 'too-many-guests' | 'too-many-connects',
    status: number,
  ) => {
    room.auditLog({ what: 'connect', result, address });
    return status;
  };
  if (!isAllowedOrigin(origin, [room.pageOrigin, ...state.origins.split(' ')])) return refused('origin-refused', 403);
  if (isBanned(state.bans, address, at)) return refused('banned', 403);
  if (!state.open) return refused('room-stopped', state.closedFor === 'budget' ? 402 : 503);
  if (state.online >= state.maxCon && purpose !== 'resume') {
    return refused('room-full', purpose === 'login' ? fullStatus : 429);
  }
  // If the count fails, the client is admitted: a member must not be kept out by it.
  const counted = room.guests.admit({ address, connectionId, at }, state);
  const outcome = await orLog(room, 'a guest was not counted', counted, 'admitted');
  if (outcome !== 'admitted') return refused(outcome, 429);
  const rateLimit = { rate: state.floodRate, burst: state.floodBurst };
  await room.connections.open(connectionId, address, rateLimit, at);
  return 200;
}
