import { type ChangeableName, changeableNames, settings } from '../../protocol/admin/index.ts';
import { UsageError } from './errors.ts';

/**
 * Reads a file of settings as the program this one follows wrote it: a setting and its value in each line, `MaxCon 5`. What a value
 * may be is the room's business.
 * @throws UsageError
 */
export function parseParaFile(text: string): Partial<Record<ChangeableName, number>> {
  const found: Partial<Record<ChangeableName, number>> = {};
  for (const [i, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === '') continue;
    const [word = '', value = '', ...more] = line.trim().split(/\s+/);
    const name = changeableNames.find((one) => settings[one].word === word);
    const complain = (why: string) => new UsageError(`Line ${i + 1}: ${why} Nothing has been changed.`);
    if (name === undefined) {
      throw complain(
        `there is no setting "${word}"; there are ${changeableNames.map((one) => settings[one].word).join(', ')}.`,
      );
    }
    if (more.length > 0 || !/^-?\d+(\.\d+)?$/.test(value)) throw complain(`${word} has one number, like "${word} 5".`);
    if (found[name] !== undefined) throw complain(`${word} is there twice.`);
    found[name] = Number(value);
  }
  if (Object.keys(found).length === 0) throw new UsageError('There is no setting in it.');
  return found;
}
