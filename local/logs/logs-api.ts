import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import type { Target } from '../assembly/template.ts';
import { readBody, sendError, sendJson } from '../http.ts';
import type { Access } from '../iam/access.ts';
import type { Recorder } from '../recorder.ts';
import type { Signed } from '../signature/signature-check.ts';
import { readFilterPattern } from './filter-pattern.ts';
import type { LogFiles } from './log-files.ts';

const input = v.object({
  logGroupName: v.string(),
  startTime: v.optional(v.number(), 0),
  endTime: v.optional(v.number(), Number.POSITIVE_INFINITY),
  filterPattern: v.optional(v.string(), ''),
  nextToken: v.optional(v.pipe(v.string(), v.regex(/^functions-[\w.-]+\.log:\d+$/))),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)), 10_000),
});

/** The most bytes of log lines in one response. */
const answerBytes = 1024 * 1024;
const requestBytes = 64 * 1024;

/**
 * CloudWatch Logs' FilterLogEvents over the log of this room and of its earlier runs.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export class LogsApi {
  readonly #files: LogFiles;
  /** The logical ids of the log groups, by name. */
  readonly #groups: ReadonlyMap<string, string>;
  readonly #host: { readonly recorder: Recorder; readonly access: Access; readonly target: Target };

  constructor(
    files: LogFiles,
    groups: ReadonlyMap<string, string>,
    host: { readonly recorder: Recorder; readonly access: Access; readonly target: Target },
  ) {
    this.#files = files;
    this.#groups = groups;
    this.#host = host;
  }

  /** @throws ApiError if the body is too large. */
  readBody(request: IncomingMessage): Promise<Buffer> {
    return readBody(request, requestBytes);
  }

  async handle(request: IncomingMessage, response: ServerResponse, { caller, body: sent }: Signed): Promise<void> {
    const start = performance.now();
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const body: unknown = JSON.parse(sent.toString() || '{}');
    const group = v.is(v.object({ logGroupName: v.string() }), body) ? body.logGroupName : '';
    const { access, recorder, target } = this.#host;
    const permission = {
      action: `logs:${operation}`,
      resource: this.#groups.get(group) ?? group,
      arn: `arn:aws:logs:${target.region}:${target.account}:log-group:${group}:*`,
    };
    const refusal = access.refusal(caller, [permission]);
    if (refusal !== undefined) sendError(response, 400, 'AccessDeniedException', refusal);
    else if (operation === 'FilterLogEvents') await this.#filter(response, body);
    else sendError(response, 400, 'UnknownOperationException', `The local room knows no ${operation}`);
    recorder.call(caller, {
      service: 'logs',
      operation,
      permissions: [permission],
      start,
      status: response.statusCode,
    });
  }

  async #filter(response: ServerResponse, body: unknown): Promise<void> {
    const parsed = v.safeParse(input, body);
    if (!parsed.success) return sendError(response, 400, 'InvalidParameterException', parsed.issues[0].message);
    const { logGroupName, startTime, endTime, filterPattern, nextToken, limit } = parsed.output;
    if (!this.#groups.has(logGroupName)) {
      return sendError(response, 400, 'ResourceNotFoundException', 'The specified log group does not exist.');
    }
    const fits = readFilterPattern(filterPattern);
    if (!fits) return sendError(response, 400, 'InvalidParameterException', `Invalid filter pattern: ${filterPattern}`);
    const events: Record<string, unknown>[] = [];
    let bytes = 0;
    let next: string | undefined;
    for await (const line of this.#files.linesSince(startTime, nextToken)) {
      if (line.timestamp >= endTime || !fits(line.text)) continue;
      if (events.length === limit || bytes + line.text.length > answerBytes) {
        next = line.id;
        break;
      }
      bytes += line.text.length;
      const { id: eventId, timestamp, text: message } = line;
      events.push({ eventId, timestamp, ingestionTime: timestamp, logStreamName: line.function, message });
    }
    sendJson(response, 200, { events, ...(next !== undefined && { nextToken: next }), searchedLogStreams: [] });
  }
}
