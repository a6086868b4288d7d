import { type Action, parseResult, type Result, type RoomFrame } from '../../protocol/index.ts';
import { type Deferred, deferred } from './deferred.ts';
import { GatewayError, RefusalError, RequestTimeoutError, UnexpectedReplyError } from './errors.ts';

type Answer = Extract<RoomFrame, { kind: 'reply' | 'refusal' }>;

interface Pending {
  readonly action: Action;
  settle(answer: Answer): void;
  fail(error: Error): void;
}

/** Stands for the last `ping`, which has no id. No request has this id. */
const pingId = 'ping';

/** The requests of one connection that have no reply yet. */
export class PendingRequests {
  readonly #pending = new Map<string, Pending>();
  /** For each error of the gateway: the requests that it may belong to. */
  #suspects: { error: GatewayError; ids: Set<string> }[] = [];
  #idle: Deferred<void> | undefined;

  /**
   * The reply to a request.
   * @param timeout Milliseconds.
   */
  add<A extends Action>(id: string, action: A, timeout: number): Promise<Result<A>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#take(id)?.fail(new RequestTimeoutError(action, timeout)), timeout);
      this.#pending.set(id, {
        action,
        settle: (answer) => {
          clearTimeout(timer);
          if (answer.kind === 'refusal') return reject(new RefusalError(action, answer.error));
          const result = parseResult(action, answer.result);
          if (result === undefined) reject(new UnexpectedReplyError(action));
          else resolve(result);
        },
        fail: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  /** A `ping` was sent. Nobody waits for its answer, but an error of the gateway may belong to it. */
  pinged(): void {
    this.#pending.set(pingId, { action: 'ping', settle: () => {}, fail: () => {} });
  }

  /** The answer to a `ping`. */
  ponged(): void {
    this.#take(pingId);
  }

  /** A reply to an unknown request is ignored. */
  answer(answer: Answer): void {
    if (answer.id === undefined || this.#pending.get(answer.id)?.action !== answer.action) return;
    this.#take(answer.id)?.settle(answer);
  }

  /**
   * The gateway's errors do not name their request. A request fails as soon as it is the only one that the error can
   * belong to.
   */
  gatewayError(message: string, requestId: string): void {
    this.#suspects.push({ error: new GatewayError(message, requestId), ids: new Set(this.#pending.keys()) });
    this.#convict();
  }

  failAll(error: Error): void {
    for (const id of [...this.#pending.keys()]) this.#take(id)?.fail(error);
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Resolves when no request is pending. */
  idle(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve();
    this.#idle ??= deferred();
    return this.#idle.promise;
  }

  get #isBusy(): boolean {
    return this.#pending.size > (this.#pending.has(pingId) ? 1 : 0);
  }

  #take(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    this.#pending.delete(id);
    for (const { ids } of this.#suspects) ids.delete(id);
    this.#convict();
    if (!this.#isBusy) {
      this.#idle?.resolve();
      this.#idle = undefined;
    }
    return pending;
  }

  #convict(): void {
    this.#suspects = this.#suspects.filter(({ ids }) => ids.size > 0);
    const sole = this.#suspects.find(({ ids }) => ids.size === 1);
    if (!sole) return;
    const [id] = sole.ids;
    if (id !== undefined) this.#take(id)?.fail(sole.error);
  }
}
