import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import type { Context } from 'aws-lambda';
import type { AuditLog, LogError } from '../chat/ports.ts';

/**
 * Writes one line of JSON with as few fields as possible, because every byte costs money. The function's name is left
 * out: it is part of the log stream's name.
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

/** Logs a failure of the room. Never pass the text of a message or a secret. */
export const logError: LogError = (what, error, about = {}) => {
  if (error === undefined) logger.warn(what, about);
  else logger.error(what, { ...about, error: error instanceof Error ? error : new Error(String(error)) });
};

/** Writes an entry of the audit log. */
export const auditLog: AuditLog = ({ what, ...entry }) => logger.info(what, entry);
