import type { Throttle } from '../assembly/api.ts';

/**
 * A route's throttle, as API Gateway keeps it: a bucket of `burst` tokens, into which `rate` drop every second, and of which each request
 * takes one (https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html).
 */
export class TokenBucket {
  readonly #throttle: Throttle;
  /** In milliseconds. */
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  constructor(throttle: Throttle, now: () => number) {
    this.#throttle = throttle;
    this.#now = now;
    this.#tokens = throttle.burst;
    this.#filledAt = now();
  }

  /** Whether there was a token for one more request. */
  take(): boolean {
    const { rate, burst } = this.#throttle;
    const now = this.#now();
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, now - this.#filledAt) / 1000) * rate);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
