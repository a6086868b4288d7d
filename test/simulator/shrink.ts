import { roles } from './habits.ts';
import type { Programs } from './program.ts';
import { type Outcome, type Plan, simulate, userNames } from './simulate.ts';
import { faults } from './weather.ts';

/** A smaller day with the same violation. */
export interface Shrunk {
  readonly seed: number;
  readonly plan: Plan;
  readonly outcome: Outcome;
}

/** Other seeds that are tried with each smaller plan: with fewer choices, a seed plays another day. */
const seedsPerPlan = 40;

/** Violations of one kind differ in names and numbers only. */
const details = new RegExp(`"[^"]*"|\\b(${userNames.join('|')})\\d*\\b|\\d+`, 'g');
const kindOf = (violation = ''): string => violation.replaceAll(details, '*');

/**
 * Makes the day of a failing seed smaller as long as a violation of the same kind occurs: fewer users and faults, less time,
 * no administrator, odd user, files and so on.
 */
export async function shrink(seed: number, programs: Programs): Promise<Shrunk> {
  let best: Shrunk = { seed, plan: {}, outcome: await simulate(seed, programs, { trace: true }) };
  const kind = kindOf(best.outcome.violations[0]);
  const attempt = async (plan: Plan): Promise<void> => {
    for (let other = best.seed; other < best.seed + seedsPerPlan; other += 1) {
      const outcome = await simulate(other, programs, { trace: true, plan });
      const isSmaller = outcome.trace.length <= best.outcome.trace.length;
      if (kindOf(outcome.violations[0]) !== kind || !isSmaller) continue;
      best = { seed: other, plan, outcome };
      return;
    }
  };
  for (const one of [...roles, ...faults])
    await attempt({ ...best.plan, without: [...(best.plan.without ?? []), one] });
  for (const users of [1, 2, 3]) if (best.plan.users === undefined) await attempt({ ...best.plan, users });
  for (const day of [5_000, 10_000, 20_000]) if (best.plan.day === undefined) await attempt({ ...best.plan, day });
  return best;
}
