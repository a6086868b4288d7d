import { expect, test } from 'vitest';
import { Speedometer } from '../files/index.ts';
import { progressLine } from './progress-line.ts';

const at = (...done: number[]) => {
  const speedometer = new Speedometer();
  for (const [second, bytes] of done.entries()) speedometer.note(bytes, second * 1000);
  return speedometer;
};

test.each([
  ['nothing is known yet', 0, at(0), '[--------------------]    0 %  a.txt to Columbia'],
  [
    'some way',
    52_000_000,
    at(27_400_000, 39_700_000, 52_000_000),
    '[##########----------]   50 %  12.3 MB/s  0:05 left  a.txt to Columbia',
  ],
  [
    'a long way to go',
    10_000,
    at(9_000, 10_000),
    '[--------------------]    0 %  1 kB/s  28:53:10 left  a.txt to Columbia',
  ],
  [
    'the transfer has stalled',
    52_000_000,
    at(52_000_000, 52_000_000),
    '[##########----------]   50 %  0 B/s  a.txt to Columbia',
  ],
])('%s', (_, done, speedometer, line) => {
  expect(progressLine('a.txt to Columbia', { phase: 'sending', done, total: 104_000_000 }, speedometer)).toBe(line);
});

test('an empty file is at 100 %, and the line says that a file is being read', () => {
  expect(progressLine('a.txt to Columbia', { phase: 'checking', done: 0, total: 0 }, at(0))).toBe(
    '[####################]  100 %  reading a.txt to Columbia',
  );
});
