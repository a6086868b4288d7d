import { appendFile } from 'node:fs/promises';
import type { LambdaFunction } from './assembly/functions.ts';
import type { Clock } from './clock.ts';
import type { Access } from './iam/access.ts';
import type { Result } from './lambda/lambda.ts';
import type { Recorder } from './recorder.ts';

/** An asynchronous event that a function could not handle, at all of its attempts. */
export interface DeadLetter {
  readonly lambda: LambdaFunction;
  readonly event: string;
  readonly attempts: number;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  readonly result: Result;
}

/**
 * The queues that functions' failed events are sent to: a file of the data folder, one message a line, for a person to read.
 * Nothing else that a queue can do is wanted of one here.
 */
export class DeadLetters {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #recorder: Recorder;
  readonly #access: Access;

  constructor(file: string, host: { clock: Clock; recorder: Recorder; access: Access }) {
    this.#file = file;
    this.#clock = host.clock;
    this.#recorder = host.recorder;
    this.#access = host.access;
  }

  /** Keeps an event, as Lambda writes it: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  async send({ lambda, event, attempts, condition, result }: DeadLetter): Promise<void> {
    if (lambda.onFailure === undefined) return;
    const start = performance.now();
    const message = {
      version: '1.0',
      timestamp: new Date(this.#clock.now()).toISOString(),
      requestContext: {
        requestId: result.requestId,
        functionArn: `${lambda.arn}:$LATEST`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(event) as unknown,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: JSON.parse(result.payload) as unknown,
    };
    // Lambda sends it with the rights of the function's role, and tells nobody if those do not do.
    const queue = lambda.onFailure.split(':').at(-1) ?? '';
    const right = { action: 'sqs:SendMessage', resource: queue, arn: lambda.onFailure };
    if (this.#access.refusal({ function: lambda.logicalId }, [right]) !== undefined) return;
    await appendFile(this.#file, `${JSON.stringify({ queue: lambda.onFailure, message })}\n`, { mode: 0o600 });
    this.#recorder.emit({
      kind: 'call',
      function: lambda.logicalId,
      service: 'sqs',
      operation: 'SendMessage',
      rights: [right],
      start,
      end: performance.now(),
      status: 200,
      readUnits: 0,
      writeUnits: 0,
    });
  }
}
