import type { Recorded, ServiceCall } from '../local/recorder.ts';

/** API Gateway meters WebSocket messages in units of 32 KB: https://aws.amazon.com/api-gateway/pricing/ */
const messageUnitBytes = 32 * 1024;

/** The billed parts of one invocation. */
export interface Run {
  /** The function's logical id. */
  readonly function: string;
  /** Calls of AWS APIs through the SDK. */
  readonly sdkCalls: number;
  /** Posts and asynchronous invocations. */
  readonly posts: number;
  /** The number of calls that waited for one another. */
  readonly inARow: number;
}

/** The usage of an action. */
export interface Tally {
  /** DynamoDB requests; a transaction is one. */
  readonly requests: number;
  /** DynamoDB requests that waited for one another. The others ran in parallel. */
  readonly inARow: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** WebSocket messages in and out, in units of 32 KB. */
  readonly messages: number;
  /** Calls of the @connections API, by operation. */
  readonly posts: number;
  readonly lookUps: number;
  readonly closes: number;
  /** Bytes of log, as CloudWatch Logs meters them. */
  readonly logBytes: number;
  /** S3 requests that write and that read, including those of clients. Deleting is free. */
  readonly s3Writes: number;
  readonly s3Reads: number;
  readonly runs: readonly Run[];
}

/** Sums the recorded entries of an action. */
export function tally(entries: readonly Recorded[]): Tally {
  const calls = entries.filter((entry) => entry.kind === 'call');
  const dynamoDb = calls.filter(({ service }) => service === 'dynamodb');
  const frames = entries.filter((entry) => entry.kind === 'frame');
  const invocations = entries.filter((entry) => entry.kind === 'invocation');
  const count = (operation: string) => calls.filter((call) => call.operation === operation).length;
  return {
    requests: dynamoDb.length,
    inARow: longestChain(dynamoDb),
    readUnits: sum(dynamoDb.map(({ readUnits }) => readUnits)),
    writeUnits: sum(dynamoDb.map(({ writeUnits }) => writeUnits)),
    messages: sum(frames.map(({ bytes }) => Math.max(1, Math.ceil(bytes / messageUnitBytes)))),
    posts: count('PostToConnection'),
    lookUps: count('GetConnection'),
    closes: count('DeleteConnection'),
    s3Writes: count('PutObject'),
    s3Reads: count('GetObject') + count('HeadObject'),
    logBytes: sum(invocations.map(({ logBytes }) => logBytes)),
    runs: invocations.map(({ function: name, requestId }) =>
      runOf(
        name,
        calls.filter((call) => call.requestId === requestId),
      ),
    ),
  };
}

/** Parallel DynamoDB calls overlap, because the meter delays them. Other calls of the same kind are assumed to be parallel. */
function runOf(name: string, calls: readonly ServiceCall[]): Run {
  const others = new Set(calls.filter(({ service }) => service !== 'dynamodb').map(({ operation }) => operation));
  const dynamoDb = calls.filter(({ service }) => service === 'dynamodb');
  const posts = calls.filter(({ operation }) => operation === 'PostToConnection' || operation === 'Invoke').length;
  return { function: name, sdkCalls: calls.length - posts, posts, inARow: longestChain(dynamoDb) + others.size };
}

/** The length of the longest chain of calls in which each began after the previous one had ended. */
export function longestChain(calls: readonly Pick<ServiceCall, 'start' | 'end'>[]): number {
  let length = 0;
  let over = Number.NEGATIVE_INFINITY;
  for (const { start, end } of calls.toSorted((one, other) => one.end - other.end)) {
    if (start < over) continue;
    length += 1;
    over = end;
  }
  return length;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
