import { expect, test } from 'vitest';
import { typing } from './typing.ts';

test.skipIf(process.platform !== 'linux')(
  'random bytes, pastes, resizes and signals at the terminal: no crash, nothing sent that was not entered',
  async () => {
    const { problems } = await typing({ streams: 60, seed: 1 });
    expect(problems).toEqual([]);
  },
);
