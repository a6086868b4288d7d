import { readFile } from 'node:fs/promises';
import { settingNames } from '../../../protocol/admin/index.ts';
import { consoleCommand } from '../console-command.ts';
import { messageOf, UsageError } from '../errors.ts';
import { parseParaFile } from '../para-file.ts';
import { texts } from '../texts.ts';

export const importSettings = consoleCommand('import', {
  usage: '<file>',
  async run(desk, { args: [file = ''] }) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
    });
    const result = await desk.admin.ask('import', { settings: parseParaFile(text) });
    const names = settingNames.filter((name) => name in result.settings);
    desk.show(result, ...names.map((name) => texts.changed(name, result.settings[name], result.was?.[name])));
    return undefined;
  },
});
