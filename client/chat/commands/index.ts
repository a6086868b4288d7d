import { command as block } from './block.ts';
import { command as blocklist } from './blocklist.ts';
import { command as broadcast } from './broadcast.ts';
import { command as file } from './file.ts';
import { command as filedecline } from './filedecline.ts';
import { command as fileget } from './fileget.ts';
import { command as help } from './help.ts';
import { command as history } from './history.ts';
import { command as logout } from './logout.ts';
import { command as message } from './message.ts';
import { command as passwd } from './passwd.ts';
import { command as quit } from './quit.ts';
import { command as unblock } from './unblock.ts';
import { command as whoelse } from './whoelse.ts';
import { command as wholasthr } from './wholasthr.ts';

/** The chat's commands, in alphabetical order. */
export const commands = [
  block,
  blocklist,
  broadcast,
  file,
  filedecline,
  fileget,
  help,
  history,
  logout,
  message,
  passwd,
  quit,
  unblock,
  wholasthr,
  whoelse,
] as const;
