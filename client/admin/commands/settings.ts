import { settings as entries, settingNames } from '../../../protocol/admin/index.ts';
import { adminCommand } from '../console-command.ts';
import { presentSettings, settingValue } from '../setting-texts.ts';

export const settings = adminCommand('settings', {
  async run(context) {
    const values = await presentSettings(context);
    const width = Math.max(...settingNames.map((name) => entries[name].word.length));
    context.show(
      values,
      ...settingNames.map((name) => {
        const { word, summary } = entries[name];
        return `${word.padEnd(width)}  ${settingValue(name, values[name])} (${summary})`;
      }),
      `${values.online} online`,
    );
    return undefined;
  },
});
