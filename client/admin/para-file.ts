import { type ChangeableName, changeableNames, parseValue, settings, valueRange } from '../../protocol/admin/index.ts';
import { UsageError } from './errors.ts';

/**
 * Reads a file of settings in the format of the original program, `para.txt`: a setting and its value in each line, `MaxCon 5`. The
 * room checks the range of a value.
 * @throws UsageError
 */
export function parseParaFile(text: string): Partial<Record<ChangeableName, unknown>> {
  const found: Partial<Record<ChangeableName, unknown>> = {};
  for (const [i, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === '') continue;
    const [, word = '', typed = ''] = /^(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
    const complain = (why: string) => new UsageError(`Line ${i + 1}: ${why} Nothing has been changed.`);
    const name = changeableNames.find((one) => settings[one].word === word);
    if (name === undefined) {
      const words = changeableNames.map((one) => settings[one].word).join(', ');
      throw complain(`There is no setting "${word}"; there are ${words}.`);
    }
    if (name in found) throw complain(`${word} is there twice.`);
    const value = parseValue(settings[name], typed);
    if (value === undefined) throw complain(`${word} is ${valueRange(settings[name])}.`);
    found[name] = value;
  }
  if (Object.keys(found).length === 0) throw new UsageError('There is no setting in the file.');
  return found;
}
