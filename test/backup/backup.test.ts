import { expect, test } from 'vitest';
import { playBackup } from './play.ts';
import { playStop } from './play-stop.ts';

test('a backup in many invocations while users chat restores a room that keeps every promise', {
  timeout: 180_000,
}, async () => {
  const report = await playBackup({ users: 100, messages: 1_500, talkers: 5, slice: 150 });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect(report.problems).toEqual([]);
  // Otherwise the test proved nothing.
  expect(report.before).toBeGreaterThan(0);
  expect(report.during).toBeGreaterThan(0);
  expect(report.backup.invocations).toBeGreaterThan(3);
  expect(report.restore.invocations).toBeGreaterThan(3);
});

test('a stop of a room with forty users tells all of them, ends all sessions and sets the count to 0', async () => {
  const report = await playStop(40);
  expect(report).toMatchObject({ told: 40, closed: 40, counted: 0, present: 0, notices: 0, problems: [] });
});
