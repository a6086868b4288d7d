import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { LogLine, LogReader } from '../../chat/admin/ports.ts';
import { logGroupName, numberFromEnv, requireEnv } from '../environment.ts';
import { variables } from '../names.ts';

const logs = new CloudWatchLogsClient({ maxAttempts: 5 });

/** The functions' shared log group in CloudWatch Logs. */
export const logReader: LogReader = {
  delay: numberFromEnv(variables.logLateness, 15_000),

  async read({ since, until, user, from }) {
    const { events = [], nextToken } = await logs.send(
      new FilterLogEventsCommand({
        logGroupName: requireEnv(logGroupName),
        startTime: since,
        endTime: until,
        // User names have no characters that are special in a filter pattern.
        filterPattern: user === undefined ? '{ $.message = * }' : `{ $.user = "${user}" }`,
        nextToken: from,
      }),
    );
    const items = events.map(
      ({ eventId = '', timestamp = 0, message = '' }): LogLine => ({
        id: eventId,
        at: timestamp,
        fields: fieldsOf(message),
      }),
    );
    return { items, next: nextToken };
  },
};

function fieldsOf(message: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(message);
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // Lambda itself writes lines that are not JSON.
  }
  return { message };
}
