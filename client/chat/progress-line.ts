import prettyBytes from 'pretty-bytes';
import type { Progress, Speedometer } from '../files/index.ts';

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
    ...(timeLeft === undefined ? [] : [`${clock(timeLeft)} left`]),
    phase === 'checking' ? `reading ${what}` : what,
  ].join('  ');
}

/** Seconds as `0:41`, `12:03` or `1:12:03`. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const twoDigits = (count: number) => String(count).padStart(2, '0');
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}
