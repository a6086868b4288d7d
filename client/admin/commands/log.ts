import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';
import { type CommandOption, flag, valued } from '../../commands/options.ts';
import type { CommandContext } from '../command-context.ts';
import { adminCommand } from '../console-command.ts';
import { logLine } from '../log-line.ts';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const since: CommandOption<number> = {
  flags: '--since <time>',
  description: 'how far back: 90s, 15m, 1h (the default), 7d',
  otherwise: 3_600_000,
  parse(typed) {
    const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(typed) ?? [];
    if (count === undefined) throw new InvalidArgumentError('Give a duration: 90s, 15m, 1h, 7d.');
    return Number(count) * (units[unit] ?? 0);
  },
};

/** Milliseconds between two requests for new lines. */
const interval = 2_000;
/** The functions' lines arrive out of order, so those of the last 15 s (in ms) are requested again. */
const overlap = 15_000;

export const log = adminCommand('log', {
  options: {
    since,
    user: valued('--user <name>', 'only what this user did'),
    follow: flag('--follow', 'also show new commands as they are logged'),
  },
  async run(context, _args, options) {
    const user = options.user === undefined ? {} : { user: options.user };
    const shown = new Set<string>();
    const over = AbortSignal.any([context.signal, context.unread]);
    let from = await showSince(context, Date.now() - options.since, user, shown);
    while (options.follow && !over.aborted) {
      await sleep(interval, undefined, { signal: over }).catch(() => undefined);
      if (!over.aborted) from = await showSince(context, from, user, shown);
    }
    return undefined;
  },
});

/**
 * Prints the lines since a time that are not in `shown`.
 * @returns the time to continue from; `shown` then holds the lines since that time.
 */
async function showSince(
  { admin, show, signal, unread }: CommandContext,
  from: number,
  user: { user?: string },
  shown: Set<string>,
): Promise<number> {
  const before = new Set(shown);
  let last = from;
  shown.clear();
  for await (const { lines } of admin.askOn('log', { since: new Date(from).toISOString(), ...user })) {
    for (const { id, at, fields } of lines) {
      shown.add(id);
      last = Math.max(last, Date.parse(at));
      if (!before.has(id)) show({ at, ...fields }, logLine(at, fields));
    }
    if (signal.aborted || unread.aborted) break;
  }
  return Math.max(from, last - overlap);
}
