import { printValue, type SettingName, settings } from '../../protocol/admin/index.ts';
import type { CommandContext } from './command-context.ts';

export const presentSettings = async ({ admin }: CommandContext) => (await admin.ask('settings', {})).settings;

export const settingHeading = (name: SettingName) => `[admin] ${settings[name].word} is:`;

export const settingValue = (name: SettingName, value: unknown) =>
  [printValue(settings[name], value), settings[name].unit].filter(Boolean).join(' ');

export function settingChanged(name: SettingName, value: unknown, was?: unknown): string {
  const { word } = settings[name];
  const before = was === undefined ? '' : ` (it was ${printValue(settings[name], was)})`;
  return `${word} has been changed to ${printValue(settings[name], value)}${before}.`;
}
