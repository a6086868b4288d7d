import { describe, expect, test } from 'vitest';
import { hasBrowser } from '../harness/browser.ts';
import { longLog } from './long-log.ts';

describe.runIf(hasBrowser)('a long conversation', () => {
  test('stays nearly as fast as a short one, in little memory', async () => {
    expect((await longLog({ messages: 1_000 })).problems).toEqual([]);
  });
});
