import { spentThisMonth } from './admin/estimate.ts';
import { endEach, endStopped } from './end-session.ts';
import type { Session } from './model.ts';
import type { Room, State } from './ports.ts';

/** Percent of the budget at which the room warns. */
const warnAt = 80;

const lastWord = 'The room stops, because its budget for this month is used up.';

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
  await endEach(room, sessions, (session) => endStopped(room, session, lastWord));
}
