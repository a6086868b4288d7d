import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import type { Member } from '../../chat/model.ts';
import { db } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { queryItems } from './items.ts';
import { messageKey } from './keys.ts';

/** Messages read at a time. */
const pageSize = 100;

/** Messages deleted side by side. */
const together = 25;

/** More messages are left to expire: their deletion would take longer than a command may. */
const mostErased = 2_000;

/**
 * Deletes the inbox of an account that is deleted, newest first. Returns whether it is empty; messages that are left
 * expire. A message whose writer took its number before the account was deleted may come later, and expires, too.
 */
export async function eraseInbox(owner: Member): Promise<boolean> {
  const inbox = { stream: 'inbox', owner } as const;
  for (let erased = 0; erased < mostErased; erased += pageSize) {
    const { items } = await queryItems(inbox, { first: 0 }, { limit: pageSize, newestFirst: true });
    await pMap(
      items,
      ({ seq }) => db.send(new DeleteCommand({ TableName: tableName('messages'), Key: messageKey({ ...inbox, seq }) })),
      { concurrency: together },
    );
    if (items.length < pageSize) return true;
  }
  return false;
}
