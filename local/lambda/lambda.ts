import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaFunction } from '../assembly/functions.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { Recorder, Trigger } from '../recorder.ts';
import { Environment, type EnvironmentHost, type Outcome } from './environment.ts';
import { type FunctionLog, InvocationLog } from './log.ts';
import type { LambdaError, Result } from './messages.ts';
import { EnvironmentPool } from './pool.ts';

export interface LambdaHost extends EnvironmentHost {
  readonly log: FunctionLog;
  readonly recorder: Recorder;
  readonly deadLetters: DeadLetters;
  /** The most environments of a function. Further requests wait for a free one. */
  readonly environmentsPerFunction: number;
}

interface Entry {
  readonly lambda: LambdaFunction;
  readonly pool: EnvironmentPool;
}

// Lambda waits one minute before the first retry of an asynchronous event, and two before the second.
const retryDelaysMs = [60_000, 120_000];

/** Runs the functions of a stack. */
export class Lambda {
  readonly #host: LambdaHost;
  readonly #functions = new Map<string, Entry>();
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #draining = false;

  constructor(functions: readonly LambdaFunction[], host: LambdaHost) {
    this.#host = host;
    for (const lambda of functions) {
      const make = () => new Environment(lambda, host, new InvocationLog(host.log, lambda.logicalId, ''));
      this.#functions.set(lambda.name, { lambda, pool: new EnvironmentPool(host.environmentsPerFunction, make) });
    }
  }

  /** Finds a function by its name, ARN or partial ARN, with or without the qualifier `$LATEST`. */
  find(nameOrArn: string): LambdaFunction | undefined {
    const name = nameOrArn
      .replace(/:\$LATEST$/, '')
      .replace(/^.*?function:/, '')
      .replace(/^\d{12}:/, '');
    return this.#functions.get(name)?.lambda;
  }

  get functions(): LambdaFunction[] {
    return [...this.#functions.values()].map(({ lambda }) => lambda);
  }

  /** Runs a function and waits for its result. A failure is part of the result. */
  invoke(lambda: LambdaFunction, event: string, trigger: Trigger, mode: 'sync' | 'async' = 'sync'): Promise<Result> {
    return this.#track(this.#invoke(lambda, event, trigger, mode));
  }

  /**
   * Runs a function asynchronously, with the retries of its settings.
   * @returns false if the room closed before it finished.
   */
  async invokeLater(lambda: LambdaFunction, event: string, trigger: Trigger): Promise<boolean> {
    const { clock } = this.#host;
    const expires = clock.now() + lambda.asyncMaxAgeMs;
    for (let attempt = 0; !this.#draining && !this.#stopping.signal.aborted; attempt++) {
      const result = await this.invoke(lambda, event, trigger, 'async');
      // An invocation that the closing room cut off does not count as failed.
      if (this.#stopping.signal.aborted) break;
      if (result.error === undefined) return true;
      const delay = retryDelaysMs[attempt] ?? 0;
      const exhausted = attempt >= lambda.asyncRetries;
      if (exhausted || clock.now() + delay > expires) {
        const condition = exhausted ? 'RetriesExhausted' : 'EventAgeExceeded';
        await this.#host.deadLetters.send({ lambda, event, attempts: attempt + 1, condition, result });
        return true;
      }
      await clock.sleep(delay, this.#stopping.signal);
    }
    return false;
  }

  /** Ends a function's environments at once. */
  async kill(lambda: LambdaFunction): Promise<void> {
    await this.#functions.get(lambda.name)?.pool.kill();
  }

  /**
   * Starts no further asynchronous invocation, and waits until no function runs, at most this long (ms). Skipping the
   * invocations is safe: their connections are closed, or a schedule repeats them.
   */
  async drain(withinMs: number): Promise<void> {
    this.#draining = true;
    const patience = new AbortController();
    const idle = async () => {
      while (this.#running.size > 0 && !patience.signal.aborted) await Promise.allSettled(this.#running);
    };
    const limit = sleep(withinMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([idle(), limit]);
    patience.abort();
  }

  /** Ends every environment. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#functions.values()].map(({ pool }) => pool.close()));
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const forget = () => void this.#running.delete(work);
    work.then(forget, forget);
    return work;
  }

  async #invoke(lambda: LambdaFunction, event: string, trigger: Trigger, mode: 'sync' | 'async'): Promise<Result> {
    const pool = this.#functions.get(lambda.name)?.pool;
    const requestId = randomUUID();
    const asked = performance.now();
    const environment = await pool?.acquire();
    if (environment === undefined) return failed(requestId, { errorType: 'Sandbox.Closed', errorMessage: 'closing' });
    const log = new InvocationLog(this.#host.log, lambda.logicalId, requestId);
    environment.log = log;
    const cold = !environment.warm;
    const initError = cold ? await environment.init() : undefined;
    const start = performance.now();
    log.line(`START RequestId: ${requestId} Version: $LATEST`);
    const outcome: Outcome =
      initError === undefined
        ? await environment.invoke(requestId, event, trigger, lambda.timeoutMs)
        : { error: initError };
    const end = performance.now();
    const error = 'error' in outcome ? outcome.error : undefined;
    if (error !== undefined) log.line(`ERROR RequestId: ${requestId} ${error.errorType}: ${error.errorMessage}`);
    log.line(`END RequestId: ${requestId}`);
    const init = cold ? `\tInit Duration: ${(start - asked).toFixed(2)} ms` : '';
    log.line(`REPORT RequestId: ${requestId}\tDuration: ${(end - start).toFixed(2)} ms${init}`);
    pool?.release(environment);
    this.#host.recorder.emit({
      kind: 'invocation',
      function: lambda.logicalId,
      requestId,
      trigger,
      mode,
      cold,
      asked,
      start,
      end,
      logBytes: log.ownBytes,
      ...('mostMemory' in outcome && { mostMemory: outcome.mostMemory }),
      ...(error !== undefined && { error: `${error.errorType}: ${error.errorMessage}` }),
    });
    if ('error' in outcome) return { ...failed(requestId, outcome.error), logTail: log.tail };
    return { requestId, payload: outcome.payload, error: undefined, logTail: log.tail };
  }
}

function failed(requestId: string, error: LambdaError): Result {
  return { requestId, payload: JSON.stringify(error), error, logTail: '' };
}
