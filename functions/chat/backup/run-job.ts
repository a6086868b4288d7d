import { AdminRefusal } from '../admin/refusal.ts';
import type { Clock } from '../ports.ts';
import { newVersionTag } from '../token.ts';
import type { Job, Jobs } from './ports.ts';

/** How long (ms) an abandoned job keeps others from beginning. */
const abandonedAfter = 15_000;

/** How long (ms) an invocation can work: the admin function's `timeout` in `infra/functions.ts`. */
export const invocationTimeout = 120_000;

/** A kind of job. `S` is its state between two invocations: JSON. */
export interface ResumableJob<S, R> {
  readonly kind: string;
  /** Returns the initial state. Must not change anything: the job may be abandoned right after it. */
  begin(): Promise<S>;
  /** Makes progress until a time (epoch ms), and at least one step. It is called again with the same state if it fails. */
  resume(
    state: S,
    until: number,
    step: JobStep,
  ): Promise<{ done: false; state: S } | { done: true; state: S; result: R }>;
}

export interface JobStep {
  /** The job's id. */
  readonly id: string;
  readonly number: number;
}

export interface JobHost {
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** How long (ms) one invocation works before it returns its progress. */
  readonly timeBudget: number;
}

export type JobOutcome<S, R> =
  | { readonly state: S; readonly next: string; readonly result: undefined }
  | { readonly state: S; readonly next: undefined; readonly result: R };

/**
 * Begins a job (`from` undefined) or resumes it, and works for one time budget. The room stores the state; `next` only
 * names the job's next step. An optimistic lock ensures that two invocations never run a job at the same time: one must
 * not delete while the other writes.
 * @throws AdminRefusal if another job is running, or if that step is done or running.
 */
export async function runJob<S, R>(
  host: JobHost,
  kind: ResumableJob<S, R>,
  from: string | undefined,
): Promise<JobOutcome<S, R>> {
  const { jobs, clock, timeBudget } = host;
  const until = clock.now() + timeBudget;
  const job = from === undefined ? await begin(host, kind) : await takeOver(host, kind, from);
  const step = { id: job.id, number: job.step };
  const outcome = await attempt(host, job, () => kind.resume(job.state as S, until, step));
  const { state } = outcome;
  if (outcome.done) {
    await replace(jobs, job, undefined);
    return { state, next: undefined, result: outcome.result };
  }
  const after = { ...job, step: job.step + 1, state };
  await replace(jobs, job, { ...after, ...released(clock) });
  return { state, next: `${job.id}.${after.step}`, result: undefined };
}

const inHand = (clock: Clock) => ({ inHand: true, busyUntil: clock.now() + invocationTimeout });
const released = (clock: Clock) => ({ inHand: false, busyUntil: clock.now() + abandonedAfter });

function refuseBusy({ kind, busyUntil }: Job, now: number): void {
  if (busyUntil <= now) return;
  const seconds = Math.ceil((busyUntil - now) / 1000);
  throw new AdminRefusal('busy', `A ${kind} is under way. If it was abandoned, wait ${seconds} s.`);
}

async function begin<S, R>({ jobs, clock }: JobHost, { kind, begin: firstState }: ResumableJob<S, R>): Promise<Job> {
  const earlier = await jobs.read();
  if (earlier) refuseBusy(earlier, clock.now());
  const job = { id: newVersionTag(), kind, step: 0, state: await firstState() };
  return replace(jobs, earlier, { ...job, ...inHand(clock) });
}

async function takeOver<S, R>({ jobs, clock }: JobHost, { kind }: ResumableJob<S, R>, from: string): Promise<Job> {
  const job = await jobs.read();
  if (!job || job.kind !== kind || `${job.id}.${job.step}` !== from) {
    throw new AdminRefusal('not-under-way', `This ${kind} is no longer running. Start it again.`);
  }
  if (job.inHand) refuseBusy(job, clock.now());
  return replace(jobs, job, { ...job, ...inHand(clock) });
}

/** A refusal ends the job. After any other error the step can be requested again. */
async function attempt<T>({ jobs, clock }: JobHost, job: Job, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const after = error instanceof AdminRefusal ? undefined : { ...job, ...released(clock), version: newVersionTag() };
    await jobs.replace(job, after);
    throw error;
  }
}

async function replace(jobs: Jobs, before: Job | undefined, after: Omit<Job, 'version'>): Promise<Job>;
async function replace(jobs: Jobs, before: Job, after: undefined): Promise<undefined>;
async function replace(jobs: Jobs, before: Job | undefined, after: Omit<Job, 'version'> | undefined) {
  const versioned = after && { ...after, version: newVersionTag() };
  if (await jobs.replace(before, versioned)) return versioned;
  throw new AdminRefusal('busy', 'Another invocation works on this job, or has begun another one.');
}
