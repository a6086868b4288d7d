import type { SeededRandom } from '../../random.ts';

/** Milliseconds; nine of ten calls take between the two. */
export interface LatencyRange {
  readonly p5: number;
  readonly p95: number;
}

// How many standard deviations the 95th percentile of a normal distribution lies above its median.
const p95Deviations = 1.645;

/**
 * How long one call takes, in milliseconds. The distribution is log-normal, as latency of a service usually is: a few calls take much
 * longer than most.
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
