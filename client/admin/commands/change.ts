import {
  adminRefusals,
  type ChangeableName,
  changeableNames,
  parseValue,
  settingNames,
  settings,
  valueRange,
} from '../../../protocol/admin/index.ts';
import { valued } from '../../commands/options.ts';
import { optional, rest, word } from '../../commands/parameters.ts';
import { wordsLike } from '../../terminal/completion.ts';
import { adminCommand } from '../console-command.ts';
import { RefusedError, UsageError } from '../errors.ts';
import { presentSettings, settingChanged, settingHeading, settingValue } from '../setting-texts.ts';

const changeableWords = changeableNames.map((name) => settings[name].word);

export const change = adminCommand('change', {
  parameters: {
    setting: word('name', (typed) => wordsLike(typed, changeableWords)),
    value: optional(rest('value')),
  },
  options: { seen: valued('--seen <value>', 'change it only if this is its value now') },
  async run(context, { setting, value: typed }, { seen }) {
    const name = namedSetting(setting);
    if (typed !== undefined) {
      const condition = seen === undefined ? {} : { seen: parseTyped(name, seen) };
      const result = await context.admin.ask('change', { name, value: parseTyped(name, typed), ...condition });
      context.show(result, settingChanged(name, result.value, result.was));
      return undefined;
    }
    if (!context.ask) throw new UsageError('The new value is missing. Usage: change <name> <value>');
    const shown = (await presentSettings(context))[name];
    context.note(settingHeading(name), settingValue(name, shown));
    const answer = await context.ask(`[admin] Enter the new ${settings[name].word}, ${valueRange(settings[name])}:`);
    if (answer === undefined || answer.trim() === '') return undefined;
    // Refused if another administrator has changed it since it was shown.
    const result = await context.admin.ask('change', { name, value: parseTyped(name, answer.trim()), seen: shown });
    context.show(result, settingChanged(name, result.value));
    return undefined;
  },
});

/**
 * A setting to change, by its word or its name on the wire, in any case.
 * @throws {UsageError | RefusedError}
 */
function namedSetting(text: string): ChangeableName {
  const wanted = text.toLowerCase();
  const found = settingNames.find((name) => [settings[name].word, name].some((one) => one.toLowerCase() === wanted));
  if (found === undefined) {
    throw new UsageError(`There is no setting "${text}". The settings are: ${changeableWords.join(', ')}.`);
  }
  if (found === 'open') throw new RefusedError('not-by-change', adminRefusals['not-by-change']);
  return found;
}

/** @throws {UsageError} */
function parseTyped(name: ChangeableName, text: string): unknown {
  const value = parseValue(settings[name], text);
  if (value === undefined) throw new UsageError(`${settings[name].word} is ${valueRange(settings[name])}.`);
  return value;
}
