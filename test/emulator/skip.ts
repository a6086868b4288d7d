import { relative } from 'node:path';
import { beforeEach } from 'vitest';
import { deviations } from './deviations.ts';

/** Vitest's setup: skips, with its reason, what the list of deviations says an emulator cannot play. */
beforeEach(({ task, skip }) => {
  const scene = relative('test', task.file.filepath);
  const found = deviations.find((one) => one.scene === scene && 'test' in one && one.test === task.name);
  if (found) skip(found.why);
});
