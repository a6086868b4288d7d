import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Announcements } from '../../chat/admin/ports.ts';
import { transact, type WriteOutcome } from '../dynamodb.ts';
import type { StreamsOnDynamoDb } from '../streams/index.ts';
import { notRestoring } from './room-lifecycle.ts';

class RestoreHasBegun extends Error {}

/** Writes a message in a transaction that fails if a restore has begun. */
async function unlessRestoring(put: PutCommandInput): Promise<WriteOutcome> {
  const outcome = await transact([{ Put: put }, notRestoring()]);
  if (outcome.committed) return { written: true };
  if (outcome.failed.has(1)) throw new RestoreHasBegun();
  return { written: false, item: outcome.failed.get(0) };
}

/**
 * Commits announcements to the room's stream. Users cannot write while a restore keeps the room closed; the administrator can, so
 * the lock must be a condition of the write.
 */
export const announcementsOn = (streams: StreamsOnDynamoDb): Announcements => ({
  async commit(draft, provenance) {
    try {
      return await streams.appendBy<'broadcast'>(unlessRestoring, { kind: 'room' }, draft, provenance);
    } catch (error) {
      if (error instanceof RestoreHasBegun) return undefined;
      throw error;
    }
  },
});
