import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { LambdaFunction } from '../assembly/functions.ts';
import type { Clock } from '../clock.ts';
import type { CredentialStore } from '../credentials.ts';
import type { Trigger } from '../recorder.ts';
import { type Endpoints, functionVariables } from './function-environment.ts';
import type { InvocationLog } from './log.ts';
import type { InvokeMessage, LambdaError, WorkerData, WorkerMessage } from './messages.ts';

/** How an invocation ended. */
export type Outcome = { readonly payload: string; readonly mostMemory: number } | { readonly error: LambdaError };

/** Options that all environments share. */
export interface EnvironmentHost {
  readonly region: string;
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  readonly endpoints: Endpoints;
}

// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
const initTimeoutMs = 10_000;

/** One Lambda environment: a worker thread that handles one request at a time, and is reused until it fails. */
export class Environment {
  readonly #worker: Worker;
  /** Where the function's output goes. */
  log: InvocationLog;
  #invocation: { readonly requestId: string; readonly trigger: Trigger } | undefined;
  #settle: ((outcome: Outcome | 'ready') => void) | undefined;
  #warm = false;
  #causeOfDeath: LambdaError | undefined;

  constructor(lambda: LambdaFunction, host: EnvironmentHost, log: InvocationLog) {
    this.log = log;
    const credentials = host.credentials.issue(() => ({ function: lambda.logicalId, ...this.#invocation }));
    const logStream = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID()}`;
    const data: WorkerData = {
      taskRoot: lambda.code,
      handler: lambda.handler,
      clock: { speed: host.clock.speed, origin: host.clock.origin, forwarded: host.clock.forwarded },
      context: {
        functionName: lambda.name,
        functionVersion: '$LATEST',
        invokedFunctionArn: lambda.arn,
        memoryLimitInMB: String(lambda.memoryMb),
        logGroupName: lambda.logGroup,
        logStreamName: logStream,
      },
    };
    this.#worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      env: functionVariables(lambda, host.region, host.endpoints, credentials, logStream),
      workerData: data,
      execArgv: ['--enable-source-maps'],
      resourceLimits: { maxOldGenerationSizeMb: lambda.memoryMb },
      stdin: false,
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#hear(message));
    this.#worker.on('error', (error: Error) => {
      this.#end({
        errorType: `Runtime.${'code' in error ? String(error.code) : error.name}`,
        errorMessage: error.message,
        trace: (error.stack ?? '').split('\n'),
      });
    });
    this.#worker.on('exit', (code) => {
      this.#end({
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${this.#invocation?.requestId ?? ''} Error: Runtime exited with exit status ${code}`,
      });
    });
  }

  /** Whether the function's module has been loaded. */
  get warm(): boolean {
    return this.#warm;
  }

  /** Whether the environment has ended and takes no further request. */
  get dead(): boolean {
    return this.#causeOfDeath !== undefined;
  }

  /** Waits until the function's module is loaded. Returns the error if that fails. */
  async init(): Promise<LambdaError | undefined> {
    const outcome = await this.#answer(initTimeoutMs, `INIT timed out after ${initTimeoutMs / 1000} seconds`);
    this.#warm = outcome === 'ready';
    return outcome !== 'ready' && 'error' in outcome ? outcome.error : undefined;
  }

  /** Runs the handler. Ends the environment at the function's timeout. */
  async invoke(requestId: string, event: string, trigger: Trigger, timeoutMs: number): Promise<Outcome> {
    this.#invocation = { requestId, trigger };
    const message: InvokeMessage = { requestId, event, timeoutMs };
    this.#worker.postMessage(message);
    const text = `${new Date().toISOString()} ${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
    const outcome = await this.#answer(timeoutMs, text);
    return outcome === 'ready' ? { payload: 'null', mostMemory: 0 } : outcome;
  }

  /** Ends the environment at once, even during an invocation. */
  async terminate(): Promise<void> {
    this.#end({ errorType: 'Sandbox.Terminated', errorMessage: 'The environment was ended' });
    await this.#worker.terminate();
  }

  async #answer(timeoutMs: number, timeoutMessage: string): Promise<Outcome | 'ready'> {
    if (this.#causeOfDeath !== undefined) return { error: this.#causeOfDeath };
    const timer = setTimeout(() => {
      this.#end({ errorType: 'Sandbox.Timedout', errorMessage: timeoutMessage });
      void this.#worker.terminate();
    }, timeoutMs);
    try {
      return await new Promise((resolve) => {
        this.#settle = resolve;
      });
    } finally {
      clearTimeout(timer);
      this.#settle = undefined;
    }
  }

  #hear(message: WorkerMessage): void {
    if (message.type === 'log') this.log.output(message.text);
    else if (message.type === 'ready') this.#settle?.('ready');
    else if (message.type === 'result') this.#settle?.({ payload: message.payload, mostMemory: message.mostMemory });
    else if (message.type === 'error') this.#settle?.({ error: message.error });
    else {
      this.#end(message.error);
      void this.#worker.terminate();
    }
  }

  #end(error: LambdaError): void {
    if (this.#causeOfDeath !== undefined) return;
    this.#causeOfDeath = error;
    this.#settle?.({ error });
  }
}
