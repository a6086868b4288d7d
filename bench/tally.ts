import type { Recorded, ServiceCall } from '../local/recorder.ts';

/** API Gateway meters WebSocket messages in units of 32 KB: https://aws.amazon.com/api-gateway/pricing/ */
const messageUnitBytes = 32 * 1024;

/** One run of a function, as far as its price depends on it. */
export interface Run {
  /** The function's logical id. */
  readonly function: string;
  /** Calls of AWS APIs through the SDK. */
  readonly sdkCalls: number;
  /** Posts and asynchronous invocations. */
  readonly posts: number;
  /** How many of all these waited for one another. */
  readonly inARow: number;
}

/** What an action used. */
export interface Tally {
  /** DynamoDB requests; a transaction is one. */
  readonly requests: number;
  /** DynamoDB requests that waited for one another: the rest ran beside them. */
  readonly inARow: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** WebSocket messages in and out, in units of 32 KB. */
  readonly messages: number;
  /** Calls of the @connections API, by operation. */
  readonly posts: number;
  readonly lookUps: number;
  readonly closes: number;
  /** What the functions wrote to the log, as CloudWatch Logs meters it. */
  readonly logBytes: number;
  /** Requests to S3 that write, and requests that read, the clients' own among them; S3 takes nothing for deleting. */
  readonly s3Writes: number;
  readonly s3Reads: number;
  readonly runs: readonly Run[];
}

/** Adds up what was recorded of an action. */
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

/** DynamoDB calls are held until they overlap; of the others, which are not, each kind is taken to be made side by side. */
function runOf(name: string, calls: readonly ServiceCall[]): Run {
  const others = new Set(calls.filter(({ service }) => service !== 'dynamodb').map(({ operation }) => operation));
  const dynamoDb = calls.filter(({ service }) => service === 'dynamodb');
  const posts = calls.filter(({ operation }) => operation === 'PostToConnection' || operation === 'Invoke').length;
  return { function: name, sdkCalls: calls.length - posts, posts, inARow: longestChain(dynamoDb) + others.size };
}

/** The most calls of which each began after the one before it had ended. */
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
