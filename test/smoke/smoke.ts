import { messageOf } from '../../client/admin/errors.ts';
import type { Check } from './check.ts';
import { checks as allChecks } from './checks/index.ts';
import { measureLatencies } from './measure.ts';
import { lineOf, type Outcome, type RunOptions, runChecks, type Verdict } from './run-checks.ts';
import { SmokeRoom } from './smoke-room.ts';
import type { Target } from './target.ts';

export interface SmokeOptions extends Pick<RunOptions, 'deviations' | 'signal'> {
  readonly print: (line: string) => void;
  readonly checks?: readonly Check[];
  /** How often each command is timed. 0: the table is left out. */
  readonly samples?: number;
  /** How long (ms) a check waits for a frame. */
  readonly patience?: number;
}

/** Tests a room, and leaves it as it was. Returns the outcomes and what went wrong beside them. */
export async function smoke(
  target: Target,
  { print, checks = allChecks, samples = 0, patience, ...options }: SmokeOptions,
): Promise<{ outcomes: readonly Outcome[]; problems: readonly string[] }> {
  const room = new SmokeRoom(target, patience);
  const problems: string[] = [];
  let outcomes: readonly Outcome[] = [];
  try {
    outcomes = await runChecks(room, checks, { ...options, onOutcome: (outcome) => print(lineOf(outcome)) });
    if (samples > 0) {
      await measureLatencies(room, samples);
      for (const line of ['', ...room.latencies.table, '']) print(line);
    }
  } catch (error) {
    problems.push(`The test did not end: ${messageOf(error)}`);
  }
  problems.push(...(await room.cleanUp()));
  for (const problem of problems) print(problem);
  print(sumOf(outcomes));
  return { outcomes, problems };
}

const words: Readonly<Record<Verdict, string>> = {
  ok: 'as documented',
  differs: 'DIFFERENT',
  reported: 'reported',
  known: 'known to differ',
  skipped: 'skipped',
};

function sumOf(outcomes: readonly Outcome[]): string {
  const counts = (Object.keys(words) as Verdict[]).map((verdict) => {
    const count = outcomes.filter((one) => one.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${words[verdict]}`];
  });
  return `Smoke test: ${counts.flat().join(', ')}`;
}
