import { type AdminResult, printValue, type SettingName, settings, valueRange } from '../../protocol/admin/index.ts';
import { localDate, localTime } from '../times.ts';

/** `1 user`, `2 users` */
export const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;

/** A moment in this machine's time, as the original wrote it: `2014-03-04_21:25:13`. */
export function moment(time: string): string {
  const at = new Date(time);
  return `${localDate(at)}_${localTime(at)}`;
}

type Finding = AdminResult<'doctor'>['findings'][number];
type Counts = AdminResult<'restore'>['counts'];

export const countsText = ({ users, messages, loginBlocks, files }: Counts) =>
  `${count(users, 'user')}, ${count(messages, 'message')}, ${count(files, 'file')}, ${count(loginBlocks, 'login block')}`;

/** What a restore is at, by its stage. */
const stages: Readonly<Record<string, string>> = {
  check: 'checking the file',
  count: 'counting what is in the room',
  close: 'closing the room',
  wipe: 'removing what is in the room',
  write: 'writing',
  join: 'joining the two sides of blocks, and files with their bytes',
  tidy: 'removing bytes that belong to no file',
  open: 'opening the room',
};

/** Everything the console says, in the words of the program it follows. */
export const texts = {
  onlineUsers: '[admin]The present online users are:',
  blockedUsers: '[admin]The present blocked users are:',
  allUsers: '[admin]The present all users are:',
  nobody: '(nobody)',
  setting: (name: SettingName) => `[admin]The present ${settings[name].word} is:`,
  settingValue: (name: SettingName, value: unknown) =>
    [printValue(settings[name], value), settings[name].unit].filter(Boolean).join(' '),
  askSetting: (name: SettingName) => `[admin]Enter the new ${settings[name].word}, ${valueRange(settings[name])}:`,
  changed: (name: SettingName, value: unknown, was?: unknown) => {
    const print = (one: unknown) => printValue(settings[name], one);
    return `${settings[name].word} has been changed to ${print(value)}${was === undefined ? '' : ` (it was ${print(was)})`}.`;
  },
  notAValue: (name: SettingName) => `${settings[name].word} is ${valueRange(settings[name])}.`,
  kicked: (user: string) => `The user "${user}" has been removed from the room.`,
  unblocked: (user: string, address: string) => `The user "${user}" may log in on ${address} again.`,
  askRemove: (user: string) => `Are you sure to cancel the registration of ${user}? Enter "yes" or "no":`,
  notRemoved: (user: string) => `"${user}" has not been cancelled.`,
  removed: (user: string) => `You have successfully cancelled "${user}".`,
  passwordReset: (user: string) =>
    `The user "${user}" can log in once with this password, and must choose another one then. It is shown only now:`,
  announced: (online: number) =>
    `The announcement is being posted to ${count(online, 'user')}, and kept for whoever is away.`,
  finding: ({ text, repaired }: Finding) =>
    `[doctor]${text}${repaired === undefined ? '' : repaired ? ' Repaired.' : ' Not repaired: it has changed in the meantime.'}`,
  examined: (checked: ReadonlyMap<string, number>) =>
    `[doctor]Compared: ${[...checked].map(([part, compared]) => `${part} ${compared}`).join(', ')}.`,
  diagnosis: ({ found, left }: { found: number; left: number }) => {
    if (found === 0) return '[doctor]Nothing is wrong.';
    return `[doctor]${found} wrong, ${found - left} repaired.`;
  },
  stopNotified:
    'The server_stop notification has been sent to all the online clients, and they will automatically log out right now.',
  sentAway: (sessions: number, connections: number) =>
    `${count(sessions, 'session')} ended, ${count(connections, 'connection')} closed.`,
  beingStopped: 'The server is being stopped via administrator operation.',
  stopped: 'The server has stoped! Bye!',
  logSaved: (name: string) => `[backup]server log has been saved as ${name}.`,
  started: 'The room is open.',
  givenUp: '[backup]Given up.',
  waiting: '[backup]Something else is under way in the room: waiting for its end ...',
  backupStored: (name: string, bytes: number) =>
    `[backup]The backup is ${name} in the bucket (${count(bytes, 'byte')}).`,
  backupSaved: (file: string, bytes: number) =>
    `[backup]The backup has been saved as ${file} (${count(bytes, 'byte')}).`,
  noBackups: 'There are no backups in the bucket.',
  tooLargeToUpload: (file: string) =>
    `${file} has more than the 5 GiB that S3 takes at once. Copy it into the folder backups/ of the bucket by other means, and restore it by its name there.`,
  uploaded: (file: string) => `[restore]${file} is whole, and has been uploaded.`,
  restoring: (stage: string, counts: Counts) => `[restore]${stages[stage] ?? stage}: ${countsText(counts)} so far ...`,
  restoreGivenUp: (stage: string) =>
    stage === 'check' || stage === 'count'
      ? '[restore]Given up; nothing has been changed.'
      : '[restore]Given up half-way: nobody is let in until a restore has been completed.',
  usage: (usage: string) => `Error! Usage: ${usage}`,
  unknownCommand: (line: string, suggestion?: string) =>
    `Error! There is no command "${line}". ${suggestion === undefined ? '' : `Did you mean "${suggestion}"? `}Enter "help" to see the commands.`,
} as const;
