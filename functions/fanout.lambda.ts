import type { Context } from 'aws-lambda';
import { parseFanOut } from './aws/fan-out-event.ts';
import { logsFor } from './aws/log.ts';
import { room } from './aws/room.ts';
import { fanOut } from './chat/fan-out.ts';

export async function handler(event: unknown, context: Context): Promise<void> {
  logsFor(context);
  await fanOut(room, parseFanOut(event));
}
