import type { Call, Output } from '../dynamodb/call.ts';
import { here } from './machine.ts';

/** Not simulated: only the doctor and estimates use it. */
export class DescribeTableCommand {}

interface Reason {
  readonly Code?: string;
  readonly Item?: Record<string, unknown>;
}

class DynamoDbError extends Error {
  readonly Item: Record<string, unknown> | undefined;
  readonly CancellationReasons: readonly Reason[] | undefined;
  readonly isTransient: boolean;

  constructor(name: string, detail: Record<string, unknown> = {}, isTransient = false) {
    super(name);
    this.name = name;
    this.isTransient = isTransient;
    Object.assign(this, detail);
  }
}

export class ConditionalCheckFailedException extends DynamoDbError {}
export class TransactionCanceledException extends DynamoDbError {}
export class TransactionConflictException extends DynamoDbError {}

const errors: Readonly<Record<string, typeof DynamoDbError>> = {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
};

type Handler = (args: unknown) => Promise<Output>;

/** The SDK gives each transaction a token, so that its own retries commit it once. */
function withToken<C extends Call & { readonly operation: 'TransactWriteItems' }>({ operation, input }: C) {
  return { operation, input: { ClientRequestToken: here.bytes(16).toString('hex'), ...input } };
}

/** The SDK's client: its retries, and the middleware that the room adds to them. */
export class DynamoDBClient {
  readonly #maxAttempts: number;
  #around: ((next: Handler) => Handler) | undefined;
  readonly middlewareStack = {
    add: (middleware: (next: Handler) => Handler) => {
      this.#around = middleware;
    },
  };

  constructor({ maxAttempts }: { maxAttempts: number }) {
    this.#maxAttempts = maxAttempts;
  }

  async send(given: Call): Promise<Output> {
    const call = given.operation === 'TransactWriteItems' ? withToken(given) : given;
    const attemptOnce: Handler = async () => {
      const answer = await here.dynamoDb(call);
      if ('output' in answer) return answer.output;
      const Kind = errors[answer.error] ?? DynamoDbError;
      throw new Kind(answer.error, answer.detail, answer.isTransient);
    };
    const handler = this.#around?.(attemptOnce) ?? attemptOnce;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await handler({});
      } catch (error) {
        const isTransient = error instanceof DynamoDbError && (error.isTransient || '$retryable' in error);
        if (!isTransient || attempt >= this.#maxAttempts) throw error;
        await here.sleep(here.random() * Math.min(20_000, 25 * 2 ** attempt));
      }
    }
  }
}
