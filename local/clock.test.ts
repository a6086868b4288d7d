import { expect, test } from 'vitest';
import { Clock } from './clock.ts';

const minute = 60_000;

test('time passes at once when the clock is put forward', () => {
  const clock = new Clock();
  const before = clock.now();
  clock.forward(10 * minute);
  expect(clock.now() - before).toBeGreaterThanOrEqual(10 * minute);
  // A fast clock is put forward by the same time.
  const fast = new Clock(50, Date.now());
  fast.forward(minute);
  expect(fast.now() - Date.now()).toBeGreaterThanOrEqual(minute);
});

test('timers that become due fire before the clock is read again, the earliest first', () => {
  const clock = new Clock();
  const fired: string[] = [];
  clock.setTimeout(() => fired.push('late'), 2 * minute);
  clock.setTimeout(() => fired.push('early'), minute);
  clock.setTimeout(() => fired.push('never'), 10 * minute);
  clock.setTimeout(() => fired.push('cancelled'), minute).cancel();
  clock.forward(30_000);
  expect(fired).toEqual([]);
  clock.forward(5 * minute);
  expect(fired).toEqual(['early', 'late']);
  clock.forward(minute);
  expect(fired).toEqual(['early', 'late']);
});

test('a timer that another one cancels or refreshes does not fire', () => {
  const clock = new Clock();
  const fired: string[] = [];
  clock.setTimeout(() => {
    second.cancel();
    third.refresh();
  }, minute);
  const second = clock.setTimeout(() => fired.push('second'), 2 * minute);
  const third = clock.setTimeout(() => fired.push('third'), 2 * minute);
  clock.forward(2 * minute);
  expect(fired).toEqual([]);
  clock.forward(2 * minute);
  expect(fired).toEqual(['third']);
});

test('an interval fires once per step of the clock, and again a period later', () => {
  const clock = new Clock();
  let ticks = 0;
  const interval = clock.setInterval(() => {
    ticks += 1;
  }, minute);
  clock.forward(10 * minute);
  expect(ticks).toBe(1);
  clock.forward(minute);
  clock.forward(minute);
  expect(ticks).toBe(3);
  interval.cancel();
  clock.forward(minute);
  expect(ticks).toBe(3);
});

test('the rest of a wait is real time', async () => {
  const clock = new Clock();
  const waited = new Promise<void>((resolve) => clock.setTimeout(resolve, minute));
  const slept = clock.sleep(minute, new AbortController().signal);
  clock.forward(minute - 5);
  // The timers of a clock do not keep the process alive.
  const busy = setInterval(() => undefined, minute);
  await Promise.all([waited, slept]);
  clearInterval(busy);
});

test('a sleep ends when the clock is put forward, or when it is aborted', async () => {
  const clock = new Clock();
  const stopping = new AbortController();
  const sleeps = [clock.sleep(minute, stopping.signal), clock.sleep(10 * minute, stopping.signal)];
  clock.forward(minute);
  await sleeps[0];
  stopping.abort();
  await sleeps[1];
  await clock.sleep(minute, stopping.signal);
});
