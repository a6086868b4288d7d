import { SeededRandom } from './random.ts';
import type { Attribution } from './recorder.ts';

/** A DynamoDB call that is about to be made. */
export interface DynamoDbCall extends Attribution {
  readonly operation: string;
  /** Logical ids of the tables. */
  readonly tables: readonly string[];
  /** The request, as DynamoDB's JSON has it. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** An S3 call that is about to be carried out: its sender is known to be who it says. */
export interface S3Call extends Attribution {
  readonly operation: string;
  readonly key: string;
}

/** A post to a connection that is about to be made. */
export interface PostCall extends Attribution {
  readonly connectionId: string;
  readonly data: string;
}

/**
 * How a call fails: before it has any effect, or after it had its effect (the answer is lost). A BatchWriteItem may also be carried out
 * in part: half of it is given back as unprocessed.
 */
export type Failure = 'before' | 'after' | 'part';

/** What may go wrong in a room. Every field may be changed at any time; shares are 0 to 1, times are real milliseconds. */
export class Faults {
  /** `$disconnect` events: the share that never comes, that comes late (by `delayMs`), that comes twice. */
  disconnect = { drop: 0, late: 0, delayMs: 0, double: 0 };
  /** Events that EventBridge passes on, as `$disconnect`: the share that never comes, that comes late, that comes twice. */
  event = { drop: 0, late: 0, delayMs: 0, double: 0 };
  /** Posts to connections: the share answered 500, the share answered 429, and a delay for all. */
  post = { fail: 0, throttle: 0, delayMs: 0 };
  /** DynamoDB calls of functions: the share answered 500 without, and with, having been carried out. */
  dynamoDb = { failBefore: 0, failAfter: 0 };
  /**
   * Connections whose network is gone while nobody noticed: posts succeed and vanish, nothing comes in, and the gateway
   * learns of the end only by its idle limit.
   */
  readonly halfOpen = new Set<string>();
  /** Called before each DynamoDB call of a function; the call waits for it, and fails as it says. */
  beforeDynamoDb?: ((call: DynamoDbCall) => Promise<Failure | undefined> | Failure | undefined) | undefined;
  /** Called before each post; the post waits for it, and fails with the HTTP status it gives. */
  beforePost?: ((call: PostCall) => Promise<429 | 500 | undefined> | 429 | 500 | undefined) | undefined;

  /** Called before each S3 call; the call waits for it, and fails with the HTTP status it gives. */
  beforeS3?: ((call: S3Call) => Promise<500 | undefined> | 500 | undefined) | undefined;

  readonly #random: SeededRandom;

  /** @param seed makes the same sequence of faults again. */
  constructor(seed = 1) {
    this.#random = new SeededRandom(seed);
  }

  /** Ends every fault. */
  reset(): void {
    this.disconnect = { drop: 0, late: 0, delayMs: 0, double: 0 };
    this.event = { drop: 0, late: 0, delayMs: 0, double: 0 };
    this.post = { fail: 0, throttle: 0, delayMs: 0 };
    this.dynamoDb = { failBefore: 0, failAfter: 0 };
    this.halfOpen.clear();
    this.beforeDynamoDb = undefined;
    this.beforePost = undefined;
    this.beforeS3 = undefined;
  }

  /** True for this share of the times it is asked. */
  chance(share: number): boolean {
    return share > 0 && this.#random.next() < share;
  }
}
