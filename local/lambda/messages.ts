import type { Clock } from '../clock.ts';

/** The start parameters of an environment's worker thread. */
export interface WorkerData {
  readonly taskRoot: string;
  readonly handler: string;
  readonly clock: Pick<Clock, 'speed' | 'origin' | 'forwarded'>;
  /** The constant part of the handler's `context`. */
  readonly context: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
    readonly logGroupName: string;
    readonly logStreamName: string;
  };
}

/** Tells the worker to run the handler. */
export interface InvokeMessage {
  readonly requestId: string;
  /** The event, as JSON. */
  readonly event: string;
  readonly timeoutMs: number;
}

/** An error as Lambda reports it to the caller. */
export interface LambdaError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** A message from the worker. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'result'; readonly payload: string; readonly mostMemory: number }
  | { readonly type: 'error'; readonly error: LambdaError }
  | { readonly type: 'init-error'; readonly error: LambdaError };

/** A finished invocation. */
export interface Result {
  readonly requestId: string;
  /** The handler's result, or the error, as JSON. */
  readonly payload: string;
  readonly error: LambdaError | undefined;
  /** The last 4 KB of the log. */
  readonly logTail: string;
}
