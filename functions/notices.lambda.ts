import type { Context } from 'aws-lambda';
import { parseNotice } from './aws/fan-out-event.ts';
import { logsFor } from './aws/log.ts';
import { room } from './aws/room.ts';
import { postNotice } from './chat/notices.ts';

export async function handler(event: unknown, context: Context): Promise<void> {
  logsFor(context);
  await postNotice(room, parseNotice(event));
}
