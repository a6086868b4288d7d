import pMap from 'p-map';
import { eventFrame } from '../../protocol/index.ts';
import { spentThisMonth } from './admin/estimate.ts';
import type { Session } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room, State } from './ports.ts';
import { giveBack } from './seats.ts';

/** Percent of the budget at which the room warns. */
const warnAt = 80;

const lastWord = eventFrame({
  type: 'event',
  event: 'stop',
  message: 'The room stops, because its budget for this month is used up.',
});

/** Sessions ended concurrently. */
const atOnce = 10;

/**
 * Compares the month's cost with MONTHLY_BUDGET. Warns once for each month and budget, and closes the room when the budget
 * is spent. The room stays closed until an administrator starts it; if the budget is still spent, it closes again.
 */
export async function keepBudget(room: Room, state: State, sessions: readonly Session[], now: number): Promise<void> {
  if (state.monthlyBudget === 'off') return;
  const budget = Number(state.monthlyBudget);
  const broadcasts = await room.streams.end({ kind: 'room' });
  const usd = spentThisMonth({ ...state, broadcasts }, now);
  const percent = (100 * usd) / budget;
  room.recordMetrics({ budgetUsed: Math.round(percent) });
  const about = { usd: Number(usd.toFixed(2)), budget };
  if (percent >= warnAt && (await room.state.noteWarning(state, now))) {
    room.logError(`${warnAt} % of the budget is used`, undefined, about);
  }
  if (percent < 100 || !state.open || !(await room.state.closeForBudget(now))) return;
  room.logError('the budget is used up, and the room is stopped', undefined, about);
  await pMap(sessions, (session) => orLog(room, 'a session was not ended', endStopped(room, session, now), undefined), {
    concurrency: atOnce,
  });
}

/** Ends a session of a closed room. Nobody else is told: all of them are sent away. */
async function endStopped(room: Room, session: Session, now: number): Promise<void> {
  const leaving = await room.sessions.end(session, now);
  if (!leaving) return;
  room.auditLog({ what: 'end', user: session.name, result: 'stop', connectionId: session.connectionId });
  await giveBack(room, leaving);
  await room.gateway.post(session.connectionId, lastWord);
  await room.gateway.close(session.connectionId);
}
