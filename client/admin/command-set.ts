import { settingNames, settings } from '../../protocol/admin/index.ts';
import { CommandSet } from '../commands/command-set.ts';
import type { CommandContext } from './command-context.ts';
import { consoleCommands } from './commands/index.ts';
import { type ConsoleCommand, type ConsoleResult, consoleCommand } from './console-command.ts';
import type { RoomAdmin } from './room-admin.ts';
import { presentSettings, settingHeading, settingValue } from './setting-texts.ts';

/** One command for each setting, named after it: `MaxCon`. */
const settingCommands: readonly ConsoleCommand[] = settingNames.map((name) =>
  consoleCommand({
    name: settings[name].word,
    summary: settings[name].summary,
    async run(context) {
      const value = (await presentSettings(context))[name];
      context.show({ [name]: value }, settingHeading(name), settingValue(name, value));
      return undefined;
    },
  }),
);

export const commandSet = new CommandSet<CommandContext, ConsoleResult, RoomAdmin>(
  [...Object.values(consoleCommands), ...settingCommands],
  { hint: '"help <command>" explains one command and its options.', aliasPrefix: '' },
);
