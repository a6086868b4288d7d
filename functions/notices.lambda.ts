import type { Context } from 'aws-lambda';
import { parseNotice } from './aws/fan-out-event.ts';
import { logsFor } from './aws/log.ts';
import { room } from './aws/room.ts';
import { counted } from './aws/spent.ts';
import { postNotice } from './chat/notices.ts';

export const handler = counted('notices', async (event: unknown, context: Context): Promise<void> => {
  logsFor(context);
  await postNotice(room, parseNotice(event));
});
