import { expect, test } from 'vitest';
import { playBackup } from './play.ts';
import { playStop } from './play-stop.ts';

test('a room is backed up while people chat in it, in many slices, and restored with every promise kept', {
  timeout: 180_000,
}, async () => {
  const report = await playBackup({ users: 100, messages: 1_500, talkers: 5, slice: 150 });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect(report.problems).toEqual([]);
  // Otherwise nothing was tried.
  expect(report.before).toBeGreaterThan(0);
  expect(report.during).toBeGreaterThan(0);
  expect(report.backup.invocations).toBeGreaterThan(3);
  expect(report.restore.invocations).toBeGreaterThan(3);
});

test('a room with forty in it is stopped: all are told, all are gone, nobody is counted', async () => {
  const report = await playStop(40);
  expect(report).toMatchObject({ told: 40, closed: 40, counted: 0, present: 0, notices: 0, problems: [] });
});
