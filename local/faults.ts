import { SeededRandom } from './random.ts';
import type { Attribution } from './recorder.ts';

/** A DynamoDB call, before it is carried out. */
export interface DynamoDbCall extends Attribution {
  readonly operation: string;
  /** Logical ids of the tables. */
  readonly tables: readonly string[];
  /** The request in DynamoDB's JSON. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** An S3 call, before it is carried out and after its signature was verified. */
export interface S3Call extends Attribution {
  readonly operation: string;
  readonly key: string;
}

/** A post to a connection, before it is carried out. */
export interface PostCall extends Attribution {
  readonly connectionId: string;
  readonly data: string;
}

/**
 * How a call fails. `before`: it has no effect. `after`: it has its effect, and only the response is lost. `part`: a
 * BatchWriteItem returns half of its requests as unprocessed.
 */
export type Failure = 'before' | 'after' | 'part';

/** The HTTP status with which a post fails. */
export type PostFailure = 410 | 429 | 500;

/** Faults to inject into a room. A test may change every field at any time. Shares are 0 to 1; times are real milliseconds. */
export class Faults {
  /** `$disconnect` events: the shares that are lost, late (by `delayMs`) and delivered twice. */
  disconnect = { drop: 0, late: 0, delayMs: 0, double: 0 };
  /** Events on EventBridge's bus: the shares that are lost, late (by `delayMs`) and delivered twice. */
  event = { drop: 0, late: 0, delayMs: 0, double: 0 };
  /** Posts to connections: the shares that fail with 500, 429 and 410, and a delay for all. */
  post = { fail: 0, throttle: 0, gone: 0, delayMs: 0 };
  /** DynamoDB calls of functions: the shares that fail with 500 before and after they are carried out. */
  dynamoDb = { failBefore: 0, failAfter: 0 };
  /**
   * Ids of half-open connections: the network is gone, and neither side knows. Posts succeed and vanish, no message
   * arrives, and only the idle timeout ends the connection.
   */
  readonly halfOpen = new Set<string>();
  /** Whether WebSocket ping frames are left unanswered. Whether API Gateway answers them is uncertain. */
  ignoresPingFrames = false;
  /** Ids of living connections about which `@connections` answers 410 (Gone) to every call. */
  readonly unknown = new Set<string>();
  /** Called before each DynamoDB call of a function. The call waits for it, and fails as it returns. */
  beforeDynamoDb?: ((call: DynamoDbCall) => Promise<Failure | undefined> | Failure | undefined) | undefined;
  /** Called before each post. The post waits for it, and fails with the HTTP status that it returns. */
  beforePost?: ((call: PostCall) => Promise<PostFailure | undefined> | PostFailure | undefined) | undefined;
  /** Called before each S3 call. The call waits for it, and fails with the HTTP status that it returns. */
  beforeS3?: ((call: S3Call) => Promise<500 | undefined> | 500 | undefined) | undefined;

  readonly #random: SeededRandom;

  /** @param seed the same seed gives the same sequence of faults. */
  constructor(seed = 1) {
    this.#random = new SeededRandom(seed);
  }

  /** Ends every fault. */
  reset(): void {
    this.disconnect = { drop: 0, late: 0, delayMs: 0, double: 0 };
    this.event = { drop: 0, late: 0, delayMs: 0, double: 0 };
    this.post = { fail: 0, throttle: 0, gone: 0, delayMs: 0 };
    this.dynamoDb = { failBefore: 0, failAfter: 0 };
    this.halfOpen.clear();
    this.ignoresPingFrames = false;
    this.unknown.clear();
    this.beforeDynamoDb = undefined;
    this.beforePost = undefined;
    this.beforeS3 = undefined;
  }

  /** True for this share of the calls, at random. */
  chance(share: number): boolean {
    return this.#random.chance(share);
  }
}
