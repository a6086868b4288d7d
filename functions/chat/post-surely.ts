import { eventFrame } from '../../protocol/index.ts';
import { orLog } from './or-log.ts';
import type { PostOutcome, Room } from './ports.ts';

/**
 * Posts a frame, and believes `gone` only if a second call confirms it: API Gateway can answer 410 for a moment about a
 * connection that is alive (https://github.com/aws/aws-sdk-js/issues/3773). If it knows the connection, the post is
 * repeated once.
 */
export async function postSurely(room: Room, connectionId: string, frame: string): Promise<PostOutcome> {
  const outcome = await room.gateway.post(connectionId, frame);
  if (outcome !== 'gone') return outcome;
  const isOpen = orLog(room, 'a connection was not looked up', room.gateway.isOpen(connectionId), true);
  if (!(await isOpen)) return 'gone';
  const again = await room.gateway.post(connectionId, frame);
  return again === 'gone' ? 'failed' : again;
}

const question = eventFrame({ type: 'event', event: 'are-you-there' });

/** Asks the client of a connection to answer `here`, and to read what it may have missed. */
export const askIfThere = (room: Room, connectionId: string): Promise<PostOutcome> =>
  postSurely(room, connectionId, question);
