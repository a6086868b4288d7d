import type { Check } from '../check.ts';
import { accounts } from './accounts.ts';
import { closing } from './closing.ts';
import { files } from './files.ts';
import { heartbeat } from './heartbeat.ts';
import { lifecycle } from './lifecycle.ts';
import { messages } from './messages.ts';
import { monitoring } from './monitoring.ts';
import { page } from './page.ts';
import { routes } from './routes.ts';

/** All checks, in their order: heartbeats first, because a new deployment shows there whether it is complete. */
export const checks: readonly Check[] = [
  ...heartbeat,
  // Early: while many users come and go, logouts are told together, and later.
  ...closing,
  ...routes,
  ...accounts,
  ...messages,
  ...files,
  ...page,
  ...lifecycle,
  ...monitoring,
];
