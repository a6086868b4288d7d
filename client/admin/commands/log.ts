import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError, Option } from 'commander';
import { consoleCommand } from '../console-command.ts';
import type { Desk } from '../desk.ts';
import { logLine } from '../log-line.ts';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A stretch of time in milliseconds: `90s`, `15m`, `1h`, `7d`. */
function parseStretch(text: string): number {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Give a stretch of time: 90s, 15m, 1h, 7d.');
  return Number(count) * (units[unit] ?? 0);
}

/** How often (ms) more is asked for. */
const pace = 2_000;
/** The functions' lines do not come in their order: those of this long ago (ms) are looked at once more. */
const overlap = 15_000;

export const log = consoleCommand('log', {
  options: [
    new Option('--since <time>', 'how far back: 90s, 15m, 1h, 7d').argParser(parseStretch).default(units['h'], '1h'),
    new Option('--user <name>', 'only what this user did'),
    new Option('--follow', 'go on with what is done from now on').default(false),
  ],
  async run(desk, { options }) {
    const user = typeof options['user'] === 'string' ? { user: options['user'] } : {};
    const shown = new Set<string>();
    let since = Date.now() - Number(options['since']);
    const over = AbortSignal.any([desk.signal, desk.unread]);
    since = await showSince(desk, since, user, shown);
    while (options['follow'] === true && !over.aborted) {
      await sleep(pace, undefined, { signal: over }).catch(() => undefined);
      if (!over.aborted) since = await showSince(desk, since, user, shown);
    }
    return undefined;
  },
});

/** Shows what is new since a time; gives the time to look from the next time, from which on `shown` knows what was shown. */
async function showSince(desk: Desk, since: number, user: { user?: string }, shown: Set<string>): Promise<number> {
  const before = new Set(shown);
  let last = since;
  shown.clear();
  for await (const { lines } of desk.admin.askOn('log', { since: new Date(since).toISOString(), ...user })) {
    for (const { id, at, fields } of lines) {
      shown.add(id);
      last = Math.max(last, Date.parse(at));
      if (!before.has(id)) desk.show({ at, ...fields }, logLine(at, fields));
    }
    if (desk.signal.aborted || desk.unread.aborted) break;
  }
  return Math.max(since, last - overlap);
}
