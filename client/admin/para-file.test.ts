import { describe, expect, test } from 'vitest';
import { UsageError } from './errors.ts';
import { parseParaFile } from './para-file.ts';

describe('a file of settings', () => {
  test('is read as the original wrote it', () => {
    expect(parseParaFile('MaxCon 5\nBLOCK_TIME 60.0\nLAST_HOUR 100.0\nTIME_OUT 600.0\n')).toEqual({
      maxCon: 5,
      blockTime: 60,
      lastHour: 100,
      timeOut: 600,
    });
    expect(parseParaFile('\r\n  TIME_OUT   7.5\r\n')).toEqual({ timeOut: 7.5 });
  });

  test.each([
    ['', 'There is no setting in the file.'],
    ['MaxCon', 'Line 1: MaxCon is a whole number from 1 to 100000.'],
    ['MaxCon five', 'Line 1: MaxCon is a whole number from 1 to 100000.'],
    ['MaxCon 5 6', 'Line 1: MaxCon is a whole number from 1 to 100000.'],
    ['TIME_OUT 600.0\nMaxCon 0x5', 'Line 2: MaxCon is a whole number from 1 to 100000.'],
    ['MaxCon 5\nMaxCon 6', 'Line 2: MaxCon is there twice'],
    ['MaxCon 5\nPASSWORDS 1', 'Line 2: There is no setting "PASSWORDS"'],
    ['OPEN true', 'Line 1: There is no setting "OPEN"'],
    ['constructor 1', 'Line 1: There is no setting "constructor"'],
  ])('%j is refused: %s', (text, why) => {
    expect(() => parseParaFile(text)).toThrow(UsageError);
    expect(() => parseParaFile(text)).toThrow(why);
  });
});
