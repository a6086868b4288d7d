import { Option } from 'commander';
import {
  adminRefusals,
  type ChangeableName,
  changeableNames,
  parseValue,
  settingNames,
  settings,
} from '../../../protocol/admin/index.ts';
import { type ConsoleCommand, consoleCommand } from '../console-command.ts';
import type { Desk } from '../desk.ts';
import { RefusedError, UsageError } from '../errors.ts';
import { texts } from '../texts.ts';

const present = async (desk: Desk) => (await desk.admin.ask('settings', {})).settings;

export const allSettings = consoleCommand('settings', {
  async run(desk) {
    const values = await present(desk);
    const width = Math.max(...settingNames.map((name) => settings[name].word.length));
    desk.show(
      values,
      ...settingNames.map((name) => {
        const { word, summary } = settings[name];
        return `${word.padEnd(width)}  ${texts.settingValue(name, values[name])} (${summary})`;
      }),
      `${values.online} online`,
    );
  },
});

/** Each setting by its own word: `MaxCon`. */
export const oneSetting: readonly ConsoleCommand[] = settingNames.map((name) => ({
  words: settings[name].word,
  summary: settings[name].summary,
  async run(desk) {
    const value = (await present(desk))[name];
    desk.show({ [name]: value }, texts.setting(name), texts.settingValue(name, value));
  },
}));

/**
 * A setting to change, by its word or its name on the wire, in whatever case.
 * @throws {UsageError | RefusedError}
 */
function namedSetting(text: string): ChangeableName {
  const wanted = text.toLowerCase();
  const found = settingNames.find(
    (name) => settings[name].word.toLowerCase() === wanted || name.toLowerCase() === wanted,
  );
  if (found === undefined) {
    throw new UsageError(
      `There is no setting "${text}". There are: ${changeableNames.map((name) => settings[name].word).join(', ')}.`,
    );
  }
  // Before anything is asked.
  if (found === 'open') throw new RefusedError('not-by-change', adminRefusals['not-by-change']);
  return found;
}

/** @throws {UsageError} */
function typedValue(name: ChangeableName, text: string): unknown {
  const value = parseValue(settings[name], text);
  if (value === undefined) throw new UsageError(texts.notAValue(name));
  return value;
}

export const change = consoleCommand('change', {
  usage: '<name> [value...]',
  options: [new Option('--seen <value>', 'change it only if this is what it is now')],
  async run(desk, { args: [word = '', ...typed], options: { seen } }) {
    const name = namedSetting(word);
    if (typed.length > 0) {
      const guard = typeof seen === 'string' ? { seen: typedValue(name, seen) } : {};
      const result = await desk.admin.ask('change', { name, value: typedValue(name, typed.join(' ')), ...guard });
      desk.show(result, texts.changed(name, result.value, result.was));
      return undefined;
    }
    if (!desk.ask) throw new UsageError('Say what to change it to: change <name> <value>');
    const shown = (await present(desk))[name];
    desk.note(texts.setting(name), texts.settingValue(name, shown));
    const answer = await desk.ask(texts.askSetting(name));
    if (answer === undefined || answer.trim() === '') return undefined;
    const value = typedValue(name, answer.trim());
    // What it was has just been shown, and is guarded: the answer is the original's.
    const result = await desk.admin.ask('change', { name, value, seen: shown });
    desk.show(result, texts.changed(name, result.value));
    return undefined;
  },
});
