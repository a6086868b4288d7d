import type { AdminResult } from '../../../protocol/admin/index.ts';
import { beginningOf, minuteOf, monthOf, type Usage } from '../usage.ts';
import { type AdminHandler, iso } from './handler.ts';
import { gigabyte, perGigabyte, perMillion } from './prices.ts';

export const stats: AdminHandler<'stats'> = async (room) => {
  const now = room.clock.now();
  const [state, sizes] = await Promise.all([room.state.read(), room.registry.sizes()]);
  const { usage } = state;
  return {
    users: sizes.users.items,
    online: state.online,
    messages: sizes.messages.items,
    ...(sizes.bytes !== undefined && { storedBytes: sizes.bytes }),
    objectBytes: sizes.objectBytes,
    estimate:
      usage?.month === monthOf(now)
        ? estimate(usage, now, {
            sessions: Math.max(0, state.logins - usage.loginsBefore) / 2,
            broadcasts: Math.max(0, state.lastBroadcast - usage.broadcastsBefore),
            messages: sizes.messages.items,
            bytes: sizes.bytes ?? 0,
            objectBytes: sizes.objectBytes,
          })
        : { since: iso(beginningOf(monthOf(now))), parts: [], total: 0 },
  };
};

interface Counts {
  readonly sessions: number;
  readonly broadcasts: number;
  /** Stored ones, broadcasts too: those of the retention, which is about a month. */
  readonly messages: number;
  readonly bytes: number;
  readonly objectBytes: number;
}

/** What the month has cost so far, from what was counted in it and what such things cost on average. */
function estimate(usage: Usage, now: number, counts: Counts): AdminResult<'stats'>['estimate'] {
  const began = beginningOf(usage.month);
  const hours = usage.onlineMinutes / 60;
  const onAverage = usage.onlineMinutes / Math.max(1, minuteOf(now) - minuteOf(began));
  const privately = Math.max(0, counts.messages - counts.broadcasts);
  const shareOfMonth = (now - began) / (30 * 86_400_000);
  const part = (what: string, count: number, each: number) => ({ what, count, usd: (count * each) / 1_000_000 });
  const parts = [
    part('hours online', Math.round(hours), perMillion.onlineHour),
    part('sessions', Math.ceil(counts.sessions), perMillion.visit + onAverage * perMillion.notices),
    part('messages', privately, perMillion.message),
    part('broadcasts', counts.broadcasts, perMillion.broadcast + onAverage * perMillion.broadcastTo),
    ...stored('bytes in tables', counts.bytes, perGigabyte.tables * shareOfMonth),
    ...stored('bytes of files and backups', counts.objectBytes, perGigabyte.bucket * shareOfMonth),
  ];
  return { since: iso(began), parts, total: parts.reduce((sum, { usd }) => sum + usd, 0) };
}

/** As if what is there now had been there all the time. */
const stored = (what: string, bytes: number, each: number) =>
  bytes > 0 ? [{ what, count: bytes, usd: (bytes / gigabyte) * each }] : [];
