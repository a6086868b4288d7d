import type { Context } from 'aws-lambda';
import { logsFor } from './aws/log.ts';
import { room } from './aws/room.ts';
import { type AdminReply, administer } from './chat/administer.ts';

export async function handler(event: unknown, context: Context): Promise<AdminReply> {
  logsFor(context);
  return administer(room, event);
}
