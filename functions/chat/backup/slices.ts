import { AdminRefusal } from '../admin/refusal.ts';
import type { Clock } from '../ports.ts';
import { newVersion } from '../token.ts';
import type { Task, Tasks } from './ports.ts';

/** How long (ms) a task that nobody goes on with keeps others from beginning. */
const patience = 15_000;

/** How long (ms) an invocation may be at work: the admin function's `timeout` in `infra/functions.ts`. After that it is no more. */
export const longestInvocation = 120_000;

/** A kind of work that goes on over several invocations. `S` is its state between two of them, and must survive JSON. */
export interface LongWork<S, R> {
  readonly kind: string;
  /** Begins it; nothing may be lost if it then never goes on. */
  begin(): Promise<S>;
  /** Does as much as can be done until a time (epoch ms), and something at least. */
  goOn(state: S, until: number, step: Step): Promise<{ done: false; state: S } | { done: true; state: S; result: R }>;
}

export interface Step {
  readonly id: string;
  readonly number: number;
}

export interface SliceHost {
  readonly tasks: Tasks;
  readonly clock: Clock;
  /** How long (ms) one invocation works before it says how far it has come. */
  readonly slice: number;
}

export type SliceOutcome<S, R> =
  | { readonly state: S; readonly next: string; readonly result: undefined }
  | { readonly state: S; readonly next: undefined; readonly result: R };

/**
 * Begins a work (`from` undefined) or goes on with it, for one slice of time. The state stays in the room; `next` only says which
 * step of which task it means, so that a step is done once even when it is asked for twice, and never beside itself: a restore that
 * still removes what was there must not meet one that writes already.
 * @throws AdminRefusal if another task is under way, or that step is over, or being done.
 */
export async function inSlices<S, R>(
  host: SliceHost,
  work: LongWork<S, R>,
  from: string | undefined,
): Promise<SliceOutcome<S, R>> {
  const { tasks, clock, slice } = host;
  const until = clock.now() + slice;
  const task = from === undefined ? await begin(host, work) : await takeUp(host, work, from);
  const step = { id: task.id, number: task.step };
  const outcome = await attempt(host, task, () => work.goOn(task.state as S, until, step));
  const { state } = outcome;
  if (outcome.done) {
    await hold(tasks, task, undefined);
    return { state, next: undefined, result: outcome.result };
  }
  const after = { ...task, step: task.step + 1, state };
  await hold(tasks, task, { ...after, ...letGo(clock) });
  return { state, next: `${task.id}.${after.step}`, result: undefined };
}

const inHand = (clock: Clock) => ({ inHand: true, busyUntil: clock.now() + longestInvocation });
const letGo = (clock: Clock) => ({ inHand: false, busyUntil: clock.now() + patience });

function refuseBusy({ kind, busyUntil }: Task, now: number): void {
  if (busyUntil <= now) return;
  const seconds = Math.ceil((busyUntil - now) / 1000);
  throw new AdminRefusal('busy', `A ${kind} is under way. If it has been given up, wait ${seconds} s.`);
}

async function begin<S, R>({ tasks, clock }: SliceHost, work: LongWork<S, R>): Promise<Task> {
  const earlier = await tasks.read();
  if (earlier) refuseBusy(earlier, clock.now());
  const task = { id: newVersion(), kind: work.kind, step: 0, state: await work.begin() };
  return hold(tasks, earlier, { ...task, ...inHand(clock) });
}

async function takeUp<S, R>({ tasks, clock }: SliceHost, work: LongWork<S, R>, from: string): Promise<Task> {
  const task = await tasks.read();
  if (!task || task.kind !== work.kind || `${task.id}.${task.step}` !== from) {
    throw new AdminRefusal('not-under-way', `This ${work.kind} is not under way any more.`);
  }
  if (task.inHand) refuseBusy(task, clock.now());
  return hold(tasks, task, { ...task, ...inHand(clock) });
}

/** A work that is refused is over, and the next one may begin; after any other failure the step can be asked for again. */
async function attempt<T>({ tasks, clock }: SliceHost, task: Task, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const after = error instanceof AdminRefusal ? undefined : { ...task, ...letGo(clock), version: newVersion() };
    await tasks.replace(task, after);
    throw error;
  }
}

async function hold(tasks: Tasks, before: Task | undefined, after: Omit<Task, 'version'>): Promise<Task>;
async function hold(tasks: Tasks, before: Task, after: undefined): Promise<undefined>;
async function hold(tasks: Tasks, before: Task | undefined, after: Omit<Task, 'version'> | undefined) {
  const versioned = after && { ...after, version: newVersion() };
  if (await tasks.replace(before, versioned)) return versioned;
  throw new AdminRefusal('busy', 'Somebody else goes on with it, or has begun something else.');
}
