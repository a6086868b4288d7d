import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { Report } from '../chat/ports.ts';

const logger = new Logger({ serviceName: 'chat-room' });

/** Puts the invocation's request id into every line that follows. */
export function logsFor(context: Context): void {
  logger.addContext(context);
}

/** One structured line for a failure of the room's own. Never the text of a message, never a secret. */
export const report: Report = (what, error, about = {}) => {
  if (error === undefined) logger.warn(what, about);
  else logger.error(what, { ...about, error: error instanceof Error ? error : new Error(String(error)) });
};
