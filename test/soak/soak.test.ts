import { expect, test } from 'vitest';
import { soak, summary } from './play.ts';

test('a minute of thirty people in a room where everything fails now and then', { timeout: 180_000 }, async () => {
  const report = await soak({ minutes: 1, people: 30, seed: 1 });
  process.stdout.write(`${summary(report)}\n`);
  expect(report.problems).toEqual([]);
  // Otherwise nothing was tried.
  expect(report.granted).toBeGreaterThan(200);
  expect(report.kills).toBeGreaterThan(20);
  expect(report.resumes).toBeGreaterThan(0);
  expect(report.failed).toBeGreaterThan(0);
  expect(report.counted).toBeGreaterThan(20);
});
