import { appendFile } from 'node:fs/promises';
import type { LambdaFunction } from './assembly/functions.ts';
import type { Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Access } from './iam/access.ts';
import type { Result } from './lambda/messages.ts';
import type { Recorder } from './recorder.ts';

/** An asynchronous event that failed at every attempt. */
export interface DeadLetter {
  readonly lambda: LambdaFunction;
  readonly event: string;
  readonly attempts: number;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  readonly result: Result;
}

/**
 * The dead-letter queues: a file in the data folder with one message per line. Nothing in the room reads them, so no
 * other operation of SQS is implemented.
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

  /** Writes an event as Lambda does: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
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
    // Lambda sends with the function's role. If the permission is missing, it reports no error.
    const caller = { function: lambda.logicalId };
    const queue = lambda.onFailure.split(':').at(-1) ?? '';
    const permission = { action: 'sqs:SendMessage', resource: queue, arn: lambda.onFailure };
    if (this.#access.refusal(caller, [permission]) !== undefined) return;
    const line = `${JSON.stringify({ queue: lambda.onFailure, message })}\n`;
    // A full disk must not end the room.
    await appendFile(this.#file, line, { mode: 0o600 }).catch((error: unknown) => {
      process.stderr.write(`A dead letter of ${lambda.logicalId} could not be written: ${messageOf(error)}\n`);
    });
    this.#recorder.call(caller, {
      service: 'sqs',
      operation: 'SendMessage',
      permissions: [permission],
      start,
      status: 200,
    });
  }
}
