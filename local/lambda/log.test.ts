import { expect, test } from 'vitest';
import { Clock } from '../clock.ts';
import { FunctionLog } from './log.ts';

test.runIf(process.platform === 'linux')(
  'a full disk ends neither the room nor the delivery to listeners',
  async () => {
    const log = new FunctionLog('/dev/full', new Clock());
    const texts: string[] = [];
    log.subscribe(({ text }) => texts.push(text));
    for (const text of ['one', 'two']) {
      log.write({ function: 'Probe', requestId: '', text });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(texts).toEqual(['one', 'two']);
    await log.close();
  },
);
