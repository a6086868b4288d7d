import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  defaultSettings,
  parseValue,
  printValue,
  type Setting,
  settingNames,
  settings,
  storedSettings,
  valueRange,
} from './settings.ts';

const what = 'a text of at most 10 characters';
const topic: Setting = {
  word: 'TOPIC',
  summary: '',
  schema: v.pipe(v.string(what), v.maxLength(10, what)),
  default: '',
};
const choice: Setting = {
  word: 'CHOICE',
  summary: '',
  schema: v.picklist(['open', 'closed'], 'open or closed'),
  default: 'open',
};

describe('a value of a setting', () => {
  test.each<[Setting, string, unknown, string?]>([
    [settings.open, 'true', true],
    [settings.open, 'false', false],
    [settings.open, 'yes', undefined],
    [settings.maxCon, '5', 5],
    [settings.maxCon, '0x5', undefined],
    [settings.maxCon, '5 6', undefined],
    [settings.maxCon, '', undefined],
    [settings.timeOut, '7.5', 7.5],
    [settings.timeOut, '60.0', 60],
    [topic, 'we meet at noon', 'we meet at noon'],
    [topic, '5', '5'],
    [topic, '""', ''],
    [choice, 'closed', 'closed'],
  ])('of %j is read by its type: %j', (setting, text, value) => {
    expect(parseValue(setting, text)).toBe(value);
    if (value !== undefined) expect(parseValue(setting, printValue(setting, value))).toBe(value);
  });

  test('has an error that describes the accepted values', () => {
    expect(valueRange(settings.maxCon)).toBe('a whole number from 1 to 100000');
    expect(valueRange(topic)).toBe(what);
    expect(valueRange(choice)).toBe('open or closed');
    for (const name of settingNames) expect(valueRange(settings[name]), name).not.toMatch(/Invalid|any value/);
  });
});

test('a stored object without settings has those of a new room', () => {
  expect(v.parse(v.object(storedSettings), {})).toEqual(defaultSettings);
});
