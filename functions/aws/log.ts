import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import type { Context } from 'aws-lambda';
import type { AuditLog, LogError } from '../chat/ports.ts';

/**
 * One line of JSON, with what tells one line from another and no more: every byte is paid for. The log stream's name has the
 * function's.
 */
class ShortLines extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { timestamp, logLevel, message, lambdaContext } = attributes;
    const line = { timestamp: timestamp.toISOString(), level: logLevel, message };
    return new LogItem({ attributes: { ...line, ...additional, requestId: lambdaContext?.awsRequestId } });
  }
}

const logger = new Logger({ logFormatter: new ShortLines() });

/** Puts the invocation's request id into every line that follows. */
export function logsFor(context: Context): void {
  logger.addContext(context);
}

/** One structured line for a failure of the room's own. Never the text of a message, never a secret. */
export const logError: LogError = (what, error, about = {}) => {
  if (error === undefined) logger.warn(what, about);
  else logger.error(what, { ...about, error: error instanceof Error ? error : new Error(String(error)) });
};

/** One structured line for what somebody did. */
export const auditLog: AuditLog = ({ what, ...entry }) => logger.info(what, entry);
