import { expect, test } from 'vitest';
import { Speedometer } from './progress.ts';

/** A speedometer that got these values, one per second. */
function seen(...done: number[]) {
  const speedometer = new Speedometer();
  for (const [second, bytes] of done.entries()) speedometer.note(bytes, second * 1000);
  return speedometer;
}

test.each([
  ['nothing', [], undefined, undefined],
  ['one sample', [100], undefined, undefined],
  ['a steady rate', [0, 100, 200], 100, 8],
  ['what stands still', [100, 100, 100], 0, undefined],
  ['only the last seconds count', [0, 1000, 2000, 2100, 2200, 2300, 2400, 2500, 2600], 100, -16],
  ['what begins anew', [0, 1000, 0, 10, 20], 10, 98],
])('%s', (_, done, rate, timeLeft) => {
  expect(seen(...done).rate).toBe(rate);
  expect(seen(...done).timeLeft(1000)).toBe(timeLeft);
});
