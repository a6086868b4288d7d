import type { Context } from 'aws-lambda';
import { parseFileEvent } from './aws/file-event.ts';
import { fileRoom } from './aws/file-room.ts';
import { commandHandler, type ProxyResponse } from './aws/gateway-events.ts';
import { logsFor } from './aws/log.ts';
import { counted } from './aws/spent.ts';
import { filesHandlers } from './chat/commands/index.files.ts';
import { answer } from './chat/dispatch.ts';
import { objectCreated } from './chat/files/accept-upload.ts';
import { tidyFiles } from './chat/files/tidy.ts';

const answerFrame = counted(
  'files',
  commandHandler((frame) => answer(fileRoom, filesHandlers, frame)),
);
const acceptUpload = counted('files', (objectKey: string, _: Context) => objectCreated(fileRoom, objectKey));

export async function handler(event: unknown, context: Context): Promise<ProxyResponse | undefined> {
  const told = parseFileEvent(event);
  if (!told) return answerFrame(event, context);
  logsFor(context);
  if (told.happened === 'schedule') await tidyFiles(fileRoom);
  else await acceptUpload(told.objectKey, context);
  return undefined;
}
