import * as v from 'valibot';
import { command } from '../command.ts';

export const importCommand = command({
  words: 'import',
  summary: 'Import settings from a file like para.txt, all of them or none',
  request: { settings: v.record(v.string(), v.unknown()) },
  /** `was` holds the former values. */
  result: {
    settings: v.record(v.string(), v.unknown()),
    was: v.exactOptional(v.record(v.string(), v.unknown())),
  },
  logs: ['settings'],
  refusals: ['no-such-setting', 'not-by-change', 'invalid-value', 'restore-unfinished'],
});
