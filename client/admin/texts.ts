import { type Setting, type SettingName, settings } from '../../protocol/admin/index.ts';

const twoDigits = (count: number) => String(count).padStart(2, '0');

/** A moment in this machine's time, as the original wrote it: `2014-03-04_21:25:13`. */
export function moment(time: string): string {
  const at = new Date(time);
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join('-');
  return `${date}_${[at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':')}`;
}

/** A setting's value as the original wrote it: a whole number, or seconds with a decimal point. */
export function valueText(name: SettingName, value: unknown): string {
  const { kind }: Setting = settings[name];
  if (kind === 'seconds' && Number.isInteger(value)) return `${String(value)}.0`;
  return String(value);
}

const formats: Readonly<Record<Setting['kind'], string>> = {
  count: '(in int format)',
  seconds: '(in float format and it will represent how many seconds)',
  switch: '(true or false)',
};

/** Everything the console says, in the words of the program it follows. */
export const texts = {
  onlineUsers: '[admin]The present online users are:',
  blockedUsers: '[admin]The present blocked users are:',
  allUsers: '[admin]The present all users are:',
  nobody: '(nobody)',
  setting: (name: SettingName) =>
    name === 'maxCon'
      ? '[admin]The present permittable maximum user connection # is:'
      : `[admin]The present ${settings[name].word} is:`,
  settingValue: (name: SettingName, value: unknown) =>
    valueText(name, value) + (settings[name].kind === 'seconds' ? ' seconds' : ''),
  askSetting: (name: SettingName) =>
    `[admin]Please enter your new ${settings[name].word} parameter: ${formats[settings[name].kind]}`,
  changed: (name: SettingName, value: unknown) =>
    `The ${settings[name].word} has been changed to ${valueText(name, value)}`,
  notANumber: (name: SettingName) =>
    `${settings[name].word} cannot be that: enter it ${formats[settings[name].kind].slice(1, -1)}.`,
  kicked: (user: string) => `The user "${user}" has been removed from the room.`,
  usage: (usage: string) => `Error! Usage: ${usage}`,
  unknownCommand: (line: string) => `Error! There is no command "${line}". Enter "help" to see the commands.`,
  leaving: 'You are leaving the console. The room goes on.',
} as const;
