import { localMinute } from '../../times.ts';
import { texts } from '../texts.ts';

const dayMs = 24 * 60 * 60_000;

const thisYear = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const anyYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/** The day of a message, above the first of the day. */
export function dayText(at: Date, now = new Date()): string {
  if (at.toDateString() === now.toDateString()) return texts.today;
  if (at.toDateString() === new Date(now.getTime() - dayMs).toDateString()) return texts.yesterday;
  return at.getFullYear() === now.getFullYear() ? thisYear.format(at) : anyYear.format(at);
}

/** The time of a message, and beside it the whole date for those who ask. */
export const timeText = (at: number): string => localMinute(new Date(at));
export const wholeTime = (at: number): string => whole.format(new Date(at));
