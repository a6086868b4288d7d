import type { ConsoleCommand } from '../console-command.ts';
import { announce, remove, resetPassword, unblock } from './accounts.ts';
import { backup, backups } from './backup.ts';
import { doctor } from './doctor.ts';
import { importSettings } from './import.ts';
import { kick } from './kick.ts';
import { allUsers, blockedUsers, onlineUsers } from './lists.ts';
import { log } from './log.ts';
import { restore } from './restore.ts';
import { allSettings, change, oneSetting } from './settings.ts';
import { stats } from './stats.ts';
import { start, stop } from './stop.ts';

/** What may be said in the console, in the order of its help. */
export const consoleCommands: readonly ConsoleCommand[] = [
  onlineUsers,
  blockedUsers,
  allUsers,
  ...oneSetting,
  allSettings,
  change,
  kick,
  unblock,
  remove,
  resetPassword,
  announce,
  stats,
  doctor,
  stop,
  start,
  backup,
  backups,
  restore,
  importSettings,
  log,
];
