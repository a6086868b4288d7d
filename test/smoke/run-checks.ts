import { messageOf } from '../../client/admin/errors.ts';
import type { Check, Need } from './check.ts';
import type { Deviation } from './deviations.ts';
import type { SmokeRoom } from './smoke-room.ts';

/** How a check ended. Only `differs` is a failure. */
export type Verdict = 'ok' | 'differs' | 'reported' | 'known' | 'skipped';

export interface Outcome {
  readonly check: Check;
  readonly verdict: Verdict;
  /** What was observed, or why it was skipped. */
  readonly text: string;
  /** Why the room is known to differ. */
  readonly why?: string;
}

const missing: Readonly<Record<Need, string>> = {
  admin: "needs the room's administrator",
  connections: "needs credentials of the room's AWS account",
  metrics: "needs credentials of the room's AWS account",
  page: "needs the web page's address, which the stack tells",
};

export interface RunOptions {
  /** What is known to differ from AWS in this room. */
  readonly deviations?: readonly Deviation[];
  readonly signal?: AbortSignal;
  /** Called after each check. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** Runs checks one after the other. Throws the signal's reason when it is aborted. */
export async function runChecks(
  room: SmokeRoom,
  checks: readonly Check[],
  { deviations = [], signal, onOutcome }: RunOptions = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
  aborted.catch(() => undefined);
  for (const check of checks) {
    signal?.throwIfAborted();
    const deviation = deviations.find((one) => one.check === check.name);
    const outcome = await Promise.race([aborted, run(room, check, deviation)]);
    outcomes.push(outcome);
    onOutcome?.(outcome);
  }
  return outcomes;
}

async function run(room: SmokeRoom, check: Check, deviation: Deviation | undefined): Promise<Outcome> {
  const need = check.needs?.find((one) => room.target[one] === undefined);
  if (need !== undefined) return { check, verdict: 'skipped', text: missing[need] };
  if (deviation?.skip === true) return { check, verdict: 'skipped', text: deviation.why };
  const observed = await check.observe(room).catch((error: unknown) => `nothing (${messageOf(error)})`);
  await room.closeAll();
  return {
    check,
    verdict: judge(check, observed, deviation),
    text: observed,
    ...(deviation && { why: deviation.why }),
  };
}

function judge({ expected }: Check, observed: string, deviation: Deviation | undefined): Verdict {
  if (observed === deviation?.observed) return 'known';
  if (expected === undefined) return 'reported';
  return observed === expected ? 'ok' : 'differs';
}

/** One line for a person. */
export function lineOf({ check: { name, expected, source }, verdict, text, why }: Outcome): string {
  switch (verdict) {
    case 'ok':
      return `ok        ${name}: ${text}`;
    case 'differs':
      return `DIFFERS   ${name}: expected "${expected}", observed "${text}" (${source})`;
    case 'reported':
      return `reported  ${name}: ${text}`;
    case 'known':
      return `known     ${name}: "${text}" in place of "${expected}": ${why}`;
    case 'skipped':
      return `skipped   ${name}: ${text}`;
  }
}
