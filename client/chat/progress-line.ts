import prettyBytes from 'pretty-bytes';
import type { Progress, Speedometer } from '../files/index.ts';
import { duration } from '../times.ts';

const barCells = 20;

/**
 * The progress of a transfer: `[#####---------------]  26 %  12.3 MB/s  0:41 left  test_file.txt to Columbia`. The
 * least important part is last, because a narrow terminal cuts it off.
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
