import type { Stack } from './assembly/stack.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { Contention, ContentionSettings } from './dynamodb/contention/contention.ts';
import type { Faults } from './faults.ts';
import type { Handshake } from './gateway/events.ts';
import type { Access } from './iam/access.ts';
import type { FunctionLog } from './lambda/log.ts';
import type { Recorder } from './recorder.ts';

export interface RoomOptions {
  /** The cloud assembly (`cdk.out`). */
  readonly assembly: string;
  /** The folder of the stored state. */
  readonly dataDir: string;
  /** The port to listen on. 0, the default, is any free port. */
  readonly port?: number;
  /** The address to bind to; 127.0.0.1 by default. */
  readonly host?: string;
  /** How many times faster than the machine's clock the room's clock runs; 1 by default. */
  readonly speed?: number;
  /** Whether to start with empty tables and buckets. */
  readonly fresh?: boolean;
  /** Endpoint of a DynamoDB to use instead of starting one. */
  readonly dynamodb?: string;
  /** How many requests a function handles at a time; by default the number of cores, at least two. */
  readonly environmentsPerFunction?: number;
  /** Whether the stage's throttling applies; true by default. */
  readonly throttling?: boolean;
  /** The seed of faults and latencies: the same seed repeats the same sequence. */
  readonly seed?: number;
  /** Makes DynamoDB behave as on AWS under load: latency, capacity of partitions, conflicts. Off by default. */
  readonly contention?: Partial<ContentionSettings>;
  /** Environment variables of every function, in addition to those in the template. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A room that runs on this machine. */
export interface LocalRoom {
  /** The address for clients (`ws://127.0.0.1:9000`). */
  readonly url: string;
  /** The addresses for clients on other machines; empty if they cannot reach the room. */
  readonly urlsFromElsewhere: readonly string[];
  /** The origin on this machine, for `/health` and the AWS APIs. */
  readonly origin: string;
  /** Endpoint of the room's DynamoDB, for the holders of its credentials. */
  readonly dynamoDbEndpoint: string;
  /** Endpoint of the room's S3. */
  readonly s3Endpoint: string;
  /** The folder of the buckets' objects. */
  readonly bucketFolder: string;
  /** Credentials that the room's APIs accept. */
  readonly credentials: Credentials;
  readonly region: string;
  readonly stack: Stack;
  /** The stack's outputs, with the room's own addresses in them. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly faults: Faults;
  /** The model of a DynamoDB under load; it can be switched on and off at any time. */
  readonly contention: Contention;
  readonly calls: Recorder;
  /** What the functions' roles allow, and which permissions were used. */
  readonly access: Access;
  readonly lambdaLogs: FunctionLog;
  /** The open connections, oldest first. */
  readonly connections: readonly Handshake[];
  /** Runs the functions of all schedules now. Resolves when they have returned; rejects if one failed. */
  runSchedule(): Promise<void>;
  /**
   * Invokes a function by its name, or the beginning of its logical id.
   * @throws Error with the function's own error message if it failed.
   */
  invoke(name: string, payload: unknown): Promise<unknown>;
  /** Ends a function's environments at once; its next request starts a new one. */
  killFunction(name: string): Promise<void>;
  /** Deletes expired items and objects now, instead of within a minute of the room's clock. */
  deleteExpired(): Promise<void>;
  /** Calls back when the database ends unexpectedly. */
  onFailure(callback: (reason: string) => void): void;
  /** Closes connections, functions and database; state is kept. */
  close(): Promise<void>;
  /** Closes at once. Running functions are cut off, and no `$disconnect` runs. */
  abandon(): Promise<void>;
  /** Kills the room's processes; state is kept. */
  kill(): void;
}
