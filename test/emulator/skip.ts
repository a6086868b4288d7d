import { basename } from 'node:path';
import { beforeEach } from 'vitest';
import { deployedAt } from '../harness/deployed-room.ts';
import { deviationsOf } from './deviations.ts';

const listed = deployedAt === undefined ? [] : deviationsOf(deployedAt.emulator);

/** Vitest's setup: skips the scenes that this emulator cannot play, and prints the reason. */
beforeEach(({ task, skip }) => {
  const scene = basename(task.file.filepath, '.test.ts');
  const found = listed.find((one) => one.scene === scene && one.test !== undefined && task.name.startsWith(one.test));
  if (found) skip(found.why);
});
