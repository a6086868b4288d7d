import type { ConsoleCommand } from '../console-command.ts';
import { kick } from './kick.ts';
import { allUsers, blockedUsers, onlineUsers } from './lists.ts';
import { allSettings, change, oneSetting } from './settings.ts';

/** What may be said in the console, in the order of its help. */
export const consoleCommands: readonly ConsoleCommand[] = [
  onlineUsers,
  blockedUsers,
  allUsers,
  ...oneSetting,
  allSettings,
  change,
  kick,
];
