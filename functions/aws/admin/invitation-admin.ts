import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { InvitationAdmin } from '../../chat/admin/ports.ts';
import { db, queryPartition, settled } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { invitationKey, isValid, toInvitation } from '../invitations.ts';
import { invitationsPartition } from '../keys.ts';

export const invitationAdmin: InvitationAdmin = {
  async create({ id, usesLeft, expiresAt }) {
    const { TableName, Key } = invitationKey(id);
    // Backups expect a block's end in every item of the table.
    const Item = { ...Key, usesLeft, blockedUntil: 0, expiresAt: Math.ceil(expiresAt / 1000) };
    await settled(() => db.send(new PutCommand({ TableName, Item })));
  },

  async all(now) {
    const items = await queryPartition(tableName('loginBlocks'), 'name', invitationsPartition);
    return items
      .map(toInvitation)
      .filter((one) => isValid(one, now))
      .toSorted((one, other) => one.expiresAt - other.expiresAt);
  },

  async revoke(id) {
    await db.send(new DeleteCommand(invitationKey(id)));
  },
};
