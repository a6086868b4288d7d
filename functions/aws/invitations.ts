import * as v from 'valibot';
import { parseStored } from '../chat/parse-stored.ts';
import type { Invitation, Invitations } from '../chat/ports.ts';
import { getItem, type Item } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { invitationsPartition } from './keys.ts';

/** The sort key is the hash of the code, `expiresAt` is in seconds, for TTL. */
const stored = v.object({ address: v.string(), usesLeft: v.number(), expiresAt: v.number() });

export function toInvitation(item: Item): Invitation {
  const { address: id, usesLeft, expiresAt } = parseStored(stored, item);
  return { id, usesLeft, expiresAt: expiresAt * 1000 };
}

export const invitationKey = (id: string) => ({
  TableName: tableName('loginBlocks'),
  Key: { name: invitationsPartition, address: id },
});

/** Whether an invitation can be used. TTL deletes an expired one within days. */
export const isValid = ({ usesLeft, expiresAt }: Invitation, now: number) => usesLeft > 0 && expiresAt > now;

/** Part of a transaction: registers one account with an invitation. */
export const useInvitation = (id: string, now: number) => ({
  Update: {
    ...invitationKey(id),
    UpdateExpression: 'SET usesLeft = usesLeft - :one',
    ConditionExpression: 'usesLeft > :none AND expiresAt > :now',
    ExpressionAttributeValues: { ':one': 1, ':none': 0, ':now': now / 1000 },
  },
});

export const invitations: Invitations = {
  async find(id, now) {
    const item = await getItem(invitationKey(id));
    const invitation = item && toInvitation(item);
    return invitation && isValid(invitation, now) ? invitation : undefined;
  },
};
