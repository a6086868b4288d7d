import type { AdminResult } from '../../../protocol/admin/index.ts';
import type { State } from '../ports.ts';
import { day } from '../units.ts';
import { beginningOf, minuteOf, monthOf, type Usage } from '../usage.ts';
import { iso } from './handler.ts';
import type { Sizes } from './ports.ts';
import { gigabyte, perGigabyte, perMillion } from './prices.ts';

type Estimate = AdminResult<'stats'>['estimate'];
type Counters = Pick<State, 'usage' | 'logins'> & { readonly broadcasts: number };

/** Estimates the cost of the month so far, from counted events and average costs. */
export function estimate(counters: Counters, sizes: Sizes, now: number): Estimate {
  const month = monthOf(now);
  const began = beginningOf(month);
  const { usage } = counters;
  const shareOfMonth = (now - began) / (30 * day);
  const parts = [
    // If no user has been online this month, the counters belong to an earlier month.
    ...(usage?.month === month ? used(usage, counters, sizes.messages, now) : []),
    ...stored('bytes in tables', sizes.bytes ?? 0, perGigabyte.tables * shareOfMonth),
    ...stored('bytes of files and backups', sizes.objectBytes, perGigabyte.bucket * shareOfMonth),
  ];
  return { since: iso(began), parts, total: parts.reduce((sum, { usd }) => sum + usd, 0) };
}

/**
 * What the commands, posts and connections of the month have cost (US$). Commands are counted in two ways, of which the larger holds:
 * the functions' own count includes every refused frame, but misses what an environment has not stored yet; the counts of sessions and
 * broadcasts are exact. What is stored is not included.
 */
export function spentThisMonth(counters: Counters & Pick<State, 'spent'>, now: number): number {
  const { usage, spent = 0 } = counters;
  if (usage?.month !== monthOf(now)) return 0;
  const online = ((usage.onlineMinutes / 60) * perMillion.onlineHour) / 1_000_000;
  const counted = used(usage, counters, { items: 0, since: now }, now).reduce((sum, { usd }) => sum + usd, 0);
  return Math.max(counted, online + spent - (usage.spentBefore ?? 0));
}

function used(usage: Usage, counters: Counters, messages: Sizes['messages'], now: number): Estimate['parts'] {
  const began = beginningOf(usage.month);
  const hours = usage.onlineMinutes / 60;
  const onAverage = usage.onlineMinutes / Math.max(1, minuteOf(now) - minuteOf(began));
  // `logins` counts the beginning and the end of each session.
  const sessions = Math.max(0, counters.logins - usage.loginsBefore) / 2;
  const broadcasts = Math.max(0, counters.broadcasts - usage.broadcastsBefore);
  // Broadcasts are counted exactly. Private messages are estimated from the number of stored messages.
  const ofMonth = messages.items * shareSince(began, messages.since, now);
  const part = (what: string, count: number, each: number) => ({ what, count, usd: (count * each) / 1_000_000 });
  return [
    part('hours online', Math.round(hours), perMillion.onlineHour),
    part('sessions', Math.ceil(sessions), perMillion.visit + onAverage * perMillion.notices),
    part('messages', Math.max(0, Math.round(ofMonth) - broadcasts), perMillion.message),
    part('broadcasts', broadcasts, perMillion.broadcast + onAverage * perMillion.broadcastTo),
  ];
}

/** The share of messages since `first` that came after `time`, assuming a constant rate. */
const shareSince = (time: number, first: number, now: number) => (first >= time ? 1 : (now - time) / (now - first));

/** The cost of storage, as if the current size had been stored all month. */
const stored = (what: string, bytes: number, each: number) =>
  bytes > 0 ? [{ what, count: bytes, usd: (bytes / gigabyte) * each }] : [];
