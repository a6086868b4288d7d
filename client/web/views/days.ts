import { signal } from '@preact/signals';
import { localMinute } from '../../times.ts';
import { texts } from '../texts.ts';

const startOfToday = () => new Date().setHours(0, 0, 0, 0);

/** When today began, in milliseconds since 1970. What shows days is rendered again at midnight. */
const today = signal(startOfToday());
setInterval(() => {
  today.value = startOfToday();
}, 60_000);

const thisYear = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const anyYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/** The day of a message, above the first of the day. */
export function dayText(at: Date): string {
  const now = new Date(today.value);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (at.toDateString() === now.toDateString()) return texts.today;
  if (at.toDateString() === yesterday.toDateString()) return texts.yesterday;
  return at.getFullYear() === now.getFullYear() ? thisYear.format(at) : anyYear.format(at);
}

/** The time of a message, and beside it the whole date for those who ask. */
export const timeText = (at: number): string => localMinute(new Date(at));
export const wholeTime = (at: number): string => whole.format(new Date(at));
