import type { Throttle } from '../assembly/api.ts';

/**
 * A route's throttle, as in API Gateway. The bucket holds `burst` tokens and gets `rate` tokens a second. Each request takes one
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html).
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

  /** Takes a token; false if the bucket is empty. */
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
