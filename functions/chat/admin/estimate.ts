import type { AdminResult } from '../../../protocol/admin/index.ts';
import type { State } from '../ports.ts';
import { beginningOf, minuteOf, monthOf, type Usage } from '../usage.ts';
import { iso } from './handler.ts';
import type { Sizes } from './ports.ts';
import { gigabyte, perGigabyte, perMillion } from './prices.ts';

type Estimate = AdminResult<'stats'>['estimate'];
type Counters = Pick<State, 'usage' | 'logins' | 'lastBroadcast'>;

/** What the month has cost so far, from what was counted in it and what such things cost on average. */
export function estimate(counters: Counters, sizes: Sizes, now: number): Estimate {
  const month = monthOf(now);
  const began = beginningOf(month);
  const { usage } = counters;
  const shareOfMonth = (now - began) / (30 * 86_400_000);
  const parts = [
    // Whoever has been online this month has been counted in it.
    ...(usage?.month === month ? used(usage, counters, sizes.messages, now) : []),
    ...stored('bytes in tables', sizes.bytes ?? 0, perGigabyte.tables * shareOfMonth),
    ...stored('bytes of files and backups', sizes.objectBytes, perGigabyte.bucket * shareOfMonth),
  ];
  return { since: iso(began), parts, total: parts.reduce((sum, { usd }) => sum + usd, 0) };
}

function used(usage: Usage, counters: Counters, messages: Sizes['messages'], now: number): Estimate['parts'] {
  const began = beginningOf(usage.month);
  const hours = usage.onlineMinutes / 60;
  const onAverage = usage.onlineMinutes / Math.max(1, minuteOf(now) - minuteOf(began));
  // Each session's beginning is counted, and its end.
  const sessions = Math.max(0, counters.logins - usage.loginsBefore) / 2;
  const broadcasts = Math.max(0, counters.lastBroadcast - usage.broadcastsBefore);
  // Broadcasts are counted as they are made; of private messages it is known only how many of them all are stored.
  const ofMonth = messages.items * shareSince(began, messages.since, now);
  const part = (what: string, count: number, each: number) => ({ what, count, usd: (count * each) / 1_000_000 });
  return [
    part('hours online', Math.round(hours), perMillion.onlineHour),
    part('sessions', Math.ceil(sessions), perMillion.visit + onAverage * perMillion.notices),
    part('messages', Math.max(0, Math.round(ofMonth) - broadcasts), perMillion.message),
    part('broadcasts', broadcasts, perMillion.broadcast + onAverage * perMillion.broadcastTo),
  ];
}

/** Which share of what has come since `first` has come since `time`, if it came evenly. */
const shareSince = (time: number, first: number, now: number) => (first >= time ? 1 : (now - time) / (now - first));

/** As if what is there now had been there all the time. */
const stored = (what: string, bytes: number, each: number) =>
  bytes > 0 ? [{ what, count: bytes, usd: (bytes / gigabyte) * each }] : [];
