import { expect, test } from 'vitest';
import { soak, summary } from './play.ts';

test('a room with random faults keeps every promise to twenty users for half a minute', {
  timeout: 600_000,
}, async () => {
  const report = await soak({
    minutes: 0.5,
    people: 20,
    seed: 1,
    isEnough: ({ kills, resumes, failed }, granted) => granted > 50 && kills > 5 && resumes > 0 && failed > 0,
  });
  process.stdout.write(`${summary(report)}\n`);
  expect(report.problems).toEqual([]);
  // Otherwise the test proved nothing.
  expect(report.granted).toBeGreaterThan(50);
  expect(report.kills).toBeGreaterThan(5);
  expect(report.resumes).toBeGreaterThan(0);
  expect(report.failed).toBeGreaterThan(0);
  expect(report.counted).toBeGreaterThan(10);
});
