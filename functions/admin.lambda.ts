import type { Context } from 'aws-lambda';
import type { AdminReply } from '../protocol/admin/index.ts';
import { adminRoom } from './aws/admin/room.ts';
import { logsFor } from './aws/log.ts';
import { administer } from './chat/admin/administer.ts';

export async function handler(event: unknown, context: Context): Promise<AdminReply> {
  logsFor(context);
  return administer(adminRoom, event);
}
