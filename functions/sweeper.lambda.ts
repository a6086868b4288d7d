import type { Context } from 'aws-lambda';
import { logsFor } from './aws/log.ts';
import { room } from './aws/room.ts';
import { sweep } from './chat/sweep.ts';

export async function handler(_event: unknown, context: Context): Promise<void> {
  logsFor(context);
  await sweep(room);
}
