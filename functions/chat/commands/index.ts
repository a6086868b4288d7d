import type { Action } from '../../../protocol/index.ts';
import type { FileRoom } from '../files/ports.ts';
import { ack } from './ack.ts';
import { block, unblock } from './block.ts';
import { blocklist } from './blocklist.ts';
import { broadcast } from './broadcast.ts';
import type { Handler } from './command.ts';
import { deregister } from './deregister.ts';
import { file } from './file.ts';
import { filedecline, filedone } from './filedone.ts';
import { fileget } from './fileget.ts';
import { history } from './history.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { message } from './message.ts';
import { passwd } from './passwd.ts';
import { register } from './register.ts';
import { resume } from './resume.ts';
import { sync } from './sync.ts';
import { whoelse } from './whoelse.ts';
import { wholasthr } from './wholasthr.ts';

/** What needs the bytes of files at hand; the rest of the room has no way to them. */
export const fileHandlers = { file, fileget, filedone, filedecline } satisfies { [A in Action]?: Handler<A, FileRoom> };

/** What each other action does. `ping` is answered by API Gateway itself. */
export const handlers = {
  register,
  login,
  resume,
  deregister,
  whoelse,
  wholasthr,
  broadcast,
  message,
  block,
  unblock,
  blocklist,
  sync,
  ack,
  history,
  passwd,
  logout,
} satisfies { [A in Exclude<Action, 'ping' | keyof typeof fileHandlers>]: Handler<A> };
