import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { settingNames } from '../../../protocol/admin/index.ts';
import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';
import { messageOf, UsageError } from '../errors.ts';
import { parseParaFile } from '../para-file.ts';
import { settingChanged } from '../setting-texts.ts';

export const importSettings = adminCommand('import', {
  parameters: { file: word('file') },
  async run(context, { file: typed }) {
    const file = resolve(typed);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
    });
    const result = await context.admin.ask('import', { settings: parseParaFile(text) });
    const names = settingNames.filter((name) => name in result.settings);
    context.show(result, ...names.map((name) => settingChanged(name, result.settings[name], result.was?.[name])));
    return undefined;
  },
});
