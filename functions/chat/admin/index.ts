import type { AdminCommandName } from '../../../protocol/admin/index.ts';
import { allUsers } from './all-users.ts';
import { announce } from './announce.ts';
import { backup, backups, backupUrl, uploadUrl } from './backup.ts';
import { blockedUsers } from './blocked-users.ts';
import { change } from './change.ts';
import { doctor } from './doctor/index.ts';
import type { AdminHandler } from './handler.ts';
import { importSettings } from './import.ts';
import { kick } from './kick.ts';
import { log } from './log.ts';
import { onlineUsers } from './online-users.ts';
import { remove } from './remove.ts';
import { resetPassword } from './reset-password.ts';
import { restore } from './restore.ts';
import { saveLog } from './save-log.ts';
import { settings } from './settings.ts';
import { start } from './start.ts';
import { stats } from './stats.ts';
import { stop } from './stop.ts';
import { unblock } from './unblock.ts';

/** What each of an administrator's commands does. */
export const adminHandlers: { readonly [C in AdminCommandName]: AdminHandler<C> } = {
  'online-users': onlineUsers,
  'blocked-users': blockedUsers,
  'all-users': allUsers,
  settings,
  change,
  kick,
  unblock,
  remove,
  'reset-password': resetPassword,
  announce,
  stats,
  doctor,
  stop,
  start,
  backup,
  backups,
  'backup-url': backupUrl,
  'upload-url': uploadUrl,
  restore,
  'save-log': saveLog,
  import: importSettings,
  log,
};
