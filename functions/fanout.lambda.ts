import type { Context } from 'aws-lambda';
import { parseFanOut } from './aws/fan-out-event.ts';
import { logsFor } from './aws/log.ts';
import { room } from './aws/room.ts';
import { deliverToAll } from './chat/deliver.ts';

export async function handler(event: unknown, context: Context): Promise<void> {
  logsFor(context);
  const { to, event: posted, attempt } = parseFanOut(event);
  await deliverToAll(room, to, posted, attempt);
}
