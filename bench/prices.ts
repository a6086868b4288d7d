import type { Timing } from '../client/room/timing.ts';
import type { Tally } from './tally.ts';

const million = 1_000_000;

/** US$ in us-east-1, on demand, 2026-11, without free tiers. */
export const prices = {
  /** https://aws.amazon.com/api-gateway/pricing/ */
  message: 1 / million,
  connectionMinute: 0.25 / million,
  /** A request to an HTTP API, of up to 512 KB. */
  httpRequest: 1 / million,
  /** A byte that leaves AWS: https://aws.amazon.com/ec2/pricing/on-demand/ */
  transferByte: 0.09 / 2 ** 30,
  /** https://aws.amazon.com/lambda/pricing/ (arm64) */
  lambdaRequest: 0.2 / million,
  gigabyteSecond: 0.000_013_333_4,
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  writeUnit: 0.625 / million,
  readUnit: 0.125 / million,
  /** https://aws.amazon.com/cloudwatch/pricing/ */
  logByte: 0.5 / 2 ** 30,
  /** https://aws.amazon.com/s3/pricing/ */
  s3Write: 5 / million,
  s3Read: 0.4 / million,
};

/** Assumed durations (ms) in a warm function. They are fixed, so that the table does not depend on the machine. */
export const assumed = {
  /** For the event and the reply. */
  perRun: 5,
  /** For a round trip to DynamoDB or another service. */
  perRoundTrip: 10,
  /** For the CPU time that the SDK spends on each call, on a full vCPU. */
  perCall: 1,
  /** For the CPU time of a post or an asynchronous invocation, which do not go through the SDK, on a full vCPU. */
  perPost: 0.2,
  /** For scrypt at OWASP's cost (N=2^17, r=8, p=1) on a full vCPU. */
  perHash: 600,
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: at 1,769 MB a function has one vCPU. */
const memoryOfOneVcpu = 1769;

/** The number of passwords that an action hashes, and the memory (MB) of each function. */
export interface Weight {
  readonly hashes: number;
  readonly memoryOf: (logicalId: string) => number;
}

/** The cost of an action, in US$ per million. */
export function pricePerMillion(used: Tally, { hashes, memoryOf }: Weight): number {
  const computing = used.runs.reduce((gigabyteSeconds, run) => {
    const memory = memoryOf(run.function);
    const slowness = Math.max(1, memoryOfOneVcpu / memory);
    const milliseconds =
      assumed.perRun +
      assumed.perRoundTrip * run.inARow +
      (assumed.perCall * run.sdkCalls + assumed.perPost * run.posts) * slowness;
    return gigabyteSeconds + (milliseconds / 1000) * (memory / 1024);
  }, 0);
  // Passwords are hashed in a function with one vCPU.
  const hashing = ((hashes * assumed.perHash) / 1000) * (memoryOfOneVcpu / 1024);
  return (
    million *
    (used.messages * prices.message +
      used.readUnits * prices.readUnit +
      used.writeUnits * prices.writeUnit +
      used.logBytes * prices.logByte +
      used.s3Writes * prices.s3Write +
      used.s3Reads * prices.s3Read +
      used.runs.length * prices.lambdaRequest +
      (computing + hashing) * prices.gigabyteSecond)
  );
}

/** What a gigabyte-second of Lambda costs, in US$ per million. */
export const gigabyteSecondPerMillion = million * prices.gigabyteSecond;

/**
 * What an hour of being connected in silence costs, in US$ per million hours.
 * @param pingFrames Whether API Gateway answers WebSocket ping frames, which it does not charge.
 */
export function silentHourPerMillion({ ping, keepAlive }: Timing, pingFrames: 'answered' | 'unanswered'): number {
  const betweenPings = pingFrames === 'answered' ? Math.ceil(keepAlive / ping) * ping : ping;
  return million * (60 * prices.connectionMinute + (3_600_000 / betweenPings) * 2 * prices.message);
}

/**
 * The cost of a request for a file of the web page, in US$ per million.
 * @param bytes of the response.
 * @param memory of the function `page`, in MB.
 */
export const pagePerMillion = (bytes: number, memory: number): number =>
  million *
  (prices.httpRequest +
    prices.lambdaRequest +
    (assumed.perRun / 1000) * (memory / 1024) * prices.gigabyteSecond +
    bytes * prices.transferByte);

/** The cost of a post, in US$ per million: the message, and the CPU time of a function with one vCPU. */
export const postPerMillion =
  million * (prices.message + (assumed.perPost / 1000) * (memoryOfOneVcpu / 1024) * prices.gigabyteSecond);
