import type { SeededRandom } from '../../local/random.ts';

/** The faults of one simulation. A share is a number from 0 (never) to 1 (always). Times are in milliseconds. */
export interface Weather {
  /** Whether nothing fails: then stricter promises hold. */
  readonly isCalm: boolean;
  /** The latency of most calls, as a multiple of that on AWS. */
  readonly latency: number;
  /** The share of calls that take up to a hundred times as long. */
  readonly slow: number;
  /**
   * The shares of DynamoDB's calls that fail before and after their effect, get no answer, or are throttled. Batches of writes
   * have a share without an answer of their own.
   */
  readonly database: { before: number; after: number; silent: number; silentBatches: number; throttled: number };
  /** The shares of calls to @connections that fail before and after their effect, or get a wrong 410, or 429. */
  readonly post: { before: number; after: number; gone: number; throttled: number };
  /** The shares of S3's calls that fail before and after their effect. */
  readonly bucket: { before: number; after: number };
  /** The shares of S3's events that are lost, late or repeated. */
  readonly event: { lost: number; late: number; twice: number };
  /** The share of invocations in which the environment is killed. */
  readonly kill: number;
  /** The share of invocations in which the environment stands still for seconds. */
  readonly stall: number;
  /** The shares of `$disconnect` events that are lost, late or repeated. */
  readonly disconnect: { lost: number; late: number; twice: number };
  /** The shares of asynchronous invocations that are late or repeated. */
  readonly invocation: { late: number; twice: number };
  /**
   * Lost connections for each user and minute, the share of them that neither side notices, and the share of connections
   * that break as soon as they are open, when a login or a resume is on its way.
   */
  readonly cuts: { perMinute: number; silent: number; early: number };
  /** The most that two environments' clocks differ. */
  readonly skew: number;
  /** The share of users' programs that are killed instead of left. */
  readonly crash: number;
}

export const calm: Weather = {
  isCalm: true,
  latency: 1,
  slow: 0,
  database: { before: 0, after: 0, silent: 0, silentBatches: 0, throttled: 0 },
  post: { before: 0, after: 0, gone: 0, throttled: 0 },
  bucket: { before: 0, after: 0 },
  event: { lost: 0, late: 0, twice: 0 },
  kill: 0,
  stall: 0,
  disconnect: { lost: 0, late: 0, twice: 0 },
  invocation: { late: 0, twice: 0 },
  cuts: { perMinute: 0, silent: 0, early: 0 },
  skew: 0,
  crash: 0,
};

/**
 * The weather of a seed. Each kind of fault is absent in many seeds, because a frequent fault hides what another one
 * would show.
 */
export function weatherOf(random: SeededRandom): Weather {
  const latency = random.pick([1, 1, 3, 10]);
  const slow = random.pick([0, 0.02, 0.1]);
  if (random.chance(0.25)) return { ...calm, latency, slow };
  if (random.chance(0.08)) return { ...calm, isCalm: false, latency, slow, post: fewPosts(random) };
  const often = (share: number) => (random.chance(0.4) ? random.next() * share : 0);
  const group = <G extends object>(faults: () => G, none: G) => (random.chance(0.6) ? faults() : none);
  const silent = often(0.02);
  return {
    isCalm: false,
    latency,
    slow,
    database: group(
      () => ({ before: often(0.05), after: often(0.05), silent, silentBatches: silent, throttled: often(0.1) }),
      calm.database,
    ),
    post: group(() => ({ before: often(0.1), after: often(0.1), gone: often(0.1), throttled: often(0.1) }), calm.post),
    bucket: { before: often(0.1), after: often(0.1) },
    event: { lost: often(0.5), late: often(0.5), twice: often(0.5) },
    kill: often(0.08),
    stall: often(0.1),
    disconnect: { lost: often(0.5), late: often(0.5), twice: often(0.5) },
    invocation: { late: often(0.5), twice: often(0.5) },
    cuts: { perMinute: often(6), silent: often(0.5), early: often(0.3) },
    skew: often(200),
    crash: often(0.5),
  };
}

/** Most posts fail, and so many get lost although they are repeated. */
const fewPosts = (random: SeededRandom) => ({ ...calm.post, before: random.between(0.6, 0.9) });

/** A kind of fault. */
export type Fault = Exclude<keyof Weather, 'isCalm' | 'latency'>;

export const faults: readonly Fault[] = [
  ...(['slow', 'database', 'post', 'bucket', 'event', 'kill', 'stall', 'disconnect'] as const),
  ...(['invocation', 'cuts', 'skew', 'crash'] as const),
];

/** The weather without some kinds of faults. */
export const withoutFaults = (weather: Weather, without: readonly string[]): Weather => ({
  ...weather,
  ...Object.fromEntries(faults.filter((fault) => without.includes(fault)).map((fault) => [fault, calm[fault]])),
});

/** Whether every request of a client that is online is carried out, and its reply arrives. Posts may get lost. */
export const isAnswered = ({ kill, stall, database, cuts }: Weather): boolean =>
  [kill, stall, ...Object.values(database), ...Object.values(cuts)].every((share) => share === 0);

/** Whether functions run to their end, and every call that they make works in the end. */
export const isReliable = ({ kill, stall, database, post }: Weather): boolean =>
  [kill, stall, ...Object.values(database), ...Object.values(post)].every((share) => share === 0);

/** Whether every call to DynamoDB works. */
export const isReadable = ({ database }: Weather): boolean => Object.values(database).every((share) => share === 0);
