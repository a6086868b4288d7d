import { setTimeout } from 'node:timers/promises';
import type { PasswordCost } from '../chat/password.ts';
import type { Clock, Room } from '../chat/ports.ts';
import { RateLimiters } from '../chat/rate-limiter.ts';
import { Turnover } from '../chat/turnover.ts';
import { accounts } from './accounts.ts';
import { asyncInvoker } from './async-invoker.ts';
import { connectionGateway } from './connection-gateway.ts';
import { connections } from './connections.ts';
import { messageRetentionDays, numberFromEnv, pageOrigin } from './environment.ts';
import { filesOn } from './files.ts';
import { guests } from './guests.ts';
import { invitations } from './invitations.ts';
import { auditLog, logError } from './log.ts';
import { loginTries } from './login-tries.ts';
import { recordMetrics } from './metrics.ts';
import { variables } from './names.ts';
import { noticeBatch } from './notice-batch.ts';
import { roomState } from './room-state.ts';
import { seats } from './seats.ts';
import { sessions } from './sessions.ts';
import { strangerTries } from './stranger-tries.ts';
import { streamsOn } from './streams/index.ts';

/** OWASP's first choice for scrypt: N=2^17, r=8, p=1. */
const owaspLn = 17;

const passwordCost: PasswordCost = { ln: numberFromEnv(variables.passwordCost, owaspLn), r: 8, p: 1 };

const clock: Clock = {
  now: () => Date.now(),
  async sleepUntil(time) {
    await setTimeout(Math.max(0, time - Date.now()));
  },
};

export const streams = streamsOn({
  retentionDays: messageRetentionDays(),
  now: clock.now,
  logError,
});

/** The room, on AWS; one per Lambda environment. */
export const room: Room = {
  accounts,
  connections,
  guests,
  sessions,
  seats,
  invitations,
  loginTries,
  strangerTries,
  streams,
  files: filesOn(streams),
  state: roomState,
  gateway: connectionGateway(logError),
  asyncInvoker,
  noticeBatch,
  clock,
  rateLimiters: new RateLimiters(),
  turnover: new Turnover(),
  passwordCost,
  pageOrigin: pageOrigin(),
  logError,
  recordMetrics,
  auditLog,
};
