import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Announcements } from '../../chat/admin/ports.ts';
import { transact, type WriteOutcome } from '../dynamodb.ts';
import type { StreamsOnDynamoDb } from '../streams.ts';
import { notRestoring } from './door.ts';

class RestoreHasBegun extends Error {}

/** Commits a message unless a restore has begun, as one write of the stream's. */
async function unlessRestoring(put: PutCommandInput): Promise<WriteOutcome> {
  const outcome = await transact([{ Put: put }, notRestoring()]);
  if (outcome.committed) return { written: true };
  if (outcome.failed.has(1)) throw new RestoreHasBegun();
  return { written: false, item: outcome.failed.get(0) };
}

/**
 * The administrator's announcements, in the room's stream. Nobody else can say anything in a room that is closed, as one is that is
 * being restored; and the administrator's function may run for longer than a restore waits for what is under way.
 */
export const announcementsOn = (streams: StreamsOnDynamoDb): Announcements => ({
  async commit(draft, provenance) {
    try {
      const newest = await streams.newestRoom();
      return await streams.appendBy<'broadcast'>(unlessRestoring, { kind: 'room' }, draft, provenance, newest);
    } catch (error) {
      if (error instanceof RestoreHasBegun) return undefined;
      throw error;
    }
  },
});
