import type { EventEmitter } from 'node:events';
import type { Call } from './dynamodb/call.ts';
import type { Answer, ClientSocket, Machine, Post, S3Answer, S3Call } from './machine.ts';
import type { Planned } from './queue.ts';
import type { World } from './world.ts';

const reads = new Set<Call['operation']>(['GetItem', 'BatchGetItem', 'Query', 'Scan']);

/**
 * A program that runs: an environment of a Lambda function, or a client. It has its own modules, timers and clock. It
 * can be killed, and an environment is frozen between two invocations.
 */
export class SimulatedProcess implements Machine {
  readonly name: string;
  readonly world: World;
  /** How far (ms) its clock is ahead of the world's. */
  readonly skew: number;
  /** How many more calls this invocation may make. */
  callsLeft = Number.POSITIVE_INFINITY;
  #isDead = false;
  #isFrozen = false;
  #isStalled = false;
  readonly #whenThawed: (() => void)[] = [];
  /** Writes, posts and invocations without an answer. */
  readonly #unanswered = new Set<string>();
  #calls = 0;

  constructor(world: World, name: string, skew = 0) {
    this.world = world;
    this.name = name;
    this.skew = skew;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** A write, post or invocation that has no answer yet. */
  get unanswered(): string | undefined {
    return [...this.#unanswered][0];
  }

  kill(): void {
    this.#isDead = true;
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const run of this.#whenThawed.splice(0)) this.deliver(run);
  }

  /** Gets no processor for some time (ms), as a small environment that shares one. */
  stall(milliseconds: number): void {
    this.#isStalled = true;
    this.world.scheduler.after(milliseconds, () => {
      this.#isStalled = false;
      if (!this.#isFrozen) this.thaw();
    });
  }

  /** Runs something in this process; later if it is frozen, never if it is dead. */
  deliver(run: () => void): void {
    if (this.#isDead) return;
    if (this.#isFrozen || this.#isStalled) this.#whenThawed.push(run);
    else run();
  }

  /** Sends a request. One that its environment had not sent when it was frozen is sent later, or never. */
  send(request: () => void): void {
    if (this.#isFrozen && this.world.scheduler.random.chance(0.5)) this.#whenThawed.push(request);
    else request();
  }

  now(): number {
    return Math.floor(this.world.scheduler.now + this.skew);
  }

  after(milliseconds: number, run: () => void): Planned {
    return this.world.scheduler.after(milliseconds, () => this.deliver(run));
  }

  /** A promise of this process, which never settles after its death. */
  promise<T>(start: (resolve: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve) => start((value) => this.deliver(() => resolve(value))));
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        planned.cancelled = true;
        reject(signal?.reason);
      };
      const planned = this.after(milliseconds, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  random(): number {
    return this.world.scheduler.random.next();
  }

  bytes(count: number): Buffer {
    return this.world.scheduler.random.bytes(count);
  }

  dynamoDb(call: Call): Promise<Answer> {
    this.#countCall();
    const answer = this.promise<Answer>((resolve) => this.world.database.call(this, call, resolve));
    return reads.has(call.operation) ? answer : this.#watched(call.operation, answer);
  }

  post(request: Post): Promise<number | undefined> {
    this.#countCall();
    const answer = this.promise<number | undefined>((resolve) => {
      if (request.service === 'lambda') this.world.lambda.queue(this, request, resolve);
      else this.world.gateway.post(this, request, resolve);
    });
    return this.#watched(`a call of ${request.service}`, answer);
  }

  connection(method: 'GET' | 'DELETE', connectionId: string): Promise<number | undefined> {
    this.#countCall();
    return this.promise((resolve) => this.world.gateway.connectionCall(this, method, connectionId, resolve));
  }

  s3(call: S3Call): Promise<S3Answer> {
    this.#countCall();
    return this.promise((resolve) => this.world.bucket.call(this, call, resolve));
  }

  connect(url: string, events: EventEmitter): ClientSocket {
    return this.world.gateway.connect(this, url, events);
  }

  log(what: string, error: unknown, about: Record<string, unknown>): void {
    this.world.logged(this, what, error, about);
  }

  #countCall(): void {
    this.callsLeft -= 1;
    if (this.callsLeft === 0) this.world.violated(`${this.name} makes calls without end`);
  }

  async #watched<T>(what: string, answer: Promise<T>): Promise<T> {
    this.#calls += 1;
    const call = `${what} ${this.#calls}`;
    this.#unanswered.add(call);
    const given = await answer;
    this.#unanswered.delete(call);
    return given;
  }
}
