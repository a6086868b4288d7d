import { expect, test } from 'vitest';
import { soak, summary } from './play.ts';

test('a room in which everything fails now and then keeps every promise to twenty users for half a minute', {
  timeout: 180_000,
}, async () => {
  const report = await soak({ minutes: 0.5, people: 20, seed: 1 });
  process.stdout.write(`${summary(report)}\n`);
  expect(report.problems).toEqual([]);
  // Otherwise nothing was tried.
  expect(report.granted).toBeGreaterThan(50);
  expect(report.kills).toBeGreaterThan(5);
  expect(report.resumes).toBeGreaterThan(0);
  expect(report.failed).toBeGreaterThan(0);
  expect(report.counted).toBeGreaterThan(10);
});
