import prettyBytes from 'pretty-bytes';
import type { Progress, Speedometer } from '../files/index.ts';
import { duration } from '../times.ts';

const barCells = 20;

/**
 * How far a transfer is: `[#####---------------]  26 %  12.3 MB/s  0:41 left  test_file.txt to Columbia`. What may be
 * cut off in a narrow terminal comes last.
 */
export function progressLine(what: string, { phase, done, total }: Progress, speedometer: Speedometer): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * barCells);
  const timeLeft = speedometer.timeLeft(total);
  return [
    `[${'#'.repeat(full)}${'-'.repeat(barCells - full)}]`,
    `${String(Math.floor(share * 100)).padStart(3)} %`,
    ...(speedometer.rate === undefined ? [] : [`${prettyBytes(speedometer.rate, { maximumFractionDigits: 1 })}/s`]),
    ...(timeLeft === undefined ? [] : [`${duration(timeLeft)} left`]),
    phase === 'checking' ? `reading ${what}` : what,
  ].join('  ');
}
