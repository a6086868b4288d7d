import type { SeededRandom } from '../../random.ts';

/** The 5th and the 95th percentile, in milliseconds. */
export interface LatencyRange {
  readonly p5: number;
  readonly p95: number;
}

// The 95th percentile of the standard normal distribution.
const p95Deviations = 1.645;

/**
 * The latency of one call, in milliseconds. It is log-normal, as the latency of a service usually is: a few calls take
 * much longer than most.
 */
export function sampleLatency({ p5, p95 }: LatencyRange, random: SeededRandom): number {
  if (p5 <= 0 || p95 <= 0) return 0;
  const sigma = Math.log(p95 / p5) / (2 * p95Deviations);
  return Math.sqrt(p5 * p95) * Math.exp(sigma * standardNormal(random));
}

/** The Box-Muller transform. */
function standardNormal(random: SeededRandom): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
