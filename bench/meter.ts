import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorded } from '../local/recorder.ts';
import type { LocalRoom } from '../local/room.ts';

const patienceMs = 20_000;

/** What was recorded of something, and what came of it. */
export interface Metered<T> {
  readonly entries: readonly Recorded[];
  readonly result: T;
}

/**
 * Records what one thing that is done in a room sets going, until all of it is over.
 * The room's own schedule, which may fire at any time, is left out, and so is what a bench does to the tables itself.
 */
export class Meter {
  readonly #room: LocalRoom;
  readonly #latencyMs: number;

  /**
   * @param latencyMs how long each DynamoDB call is held while it is counted: as a network would, it makes calls that are
   *   sent together overlap, and so shows which ones waited for others.
   */
  constructor(room: LocalRoom, latencyMs: number) {
    this.#room = room;
    this.#latencyMs = latencyMs;
  }

  /**
   * @param runs how many functions the gateway or the operator starts because of it; those that functions start are known.
   * @returns what was recorded, in the order in which it was over.
   */
  async count<T>(runs: number, act: () => Promise<T>): Promise<Metered<T>> {
    this.#room.faults.beforeDynamoDb = () => sleep(this.#latencyMs, undefined);
    try {
      return await this.settle(runs, act);
    } finally {
      this.#room.faults.beforeDynamoDb = undefined;
    }
  }

  /** The same, without holding anything up: for what has to happen before something is counted. */
  async settle<T>(runs: number, act: () => Promise<T>): Promise<Metered<T>> {
    const entries: Recorded[] = [];
    let look = () => {};
    const stop = this.#room.calls.subscribe((entry) => {
      if (!belongs(entry)) return;
      entries.push(entry);
      look();
    });
    let timer: NodeJS.Timeout | undefined;
    const settled = new Promise<void>((resolve, reject) => {
      look = () => void (isOver(entries, runs) && resolve());
      timer = setTimeout(() => reject(new Error(`it was not over in ${patienceMs} ms: ${seen(entries)}`)), patienceMs);
      look();
    });
    try {
      const [result] = await Promise.all([act(), settled]);
      if (!isOver(entries, runs)) throw new Error(`more than ${runs} functions were started: ${seen(entries)}`);
      return { entries, result };
    } finally {
      clearTimeout(timer);
      stop();
    }
  }
}

function belongs(entry: Recorded): boolean {
  if (entry.kind === 'frame') return true;
  return entry.trigger?.source !== 'schedule' && entry.function !== 'operator';
}

/** Whoever starts a function asynchronously has the answer before it is over itself, so a start is known before its end. */
function isOver(entries: readonly Recorded[], runs: number): boolean {
  const invocations = entries.filter((entry) => entry.kind === 'invocation');
  const byFunctions = invocations.filter(
    ({ trigger: { source, detail } }) => source === 'invoke' && detail !== 'operator',
  );
  const starts = entries.filter((entry) => entry.kind === 'call' && entry.service === 'lambda');
  return byFunctions.length === starts.length && invocations.length - byFunctions.length === runs;
}

function seen(entries: readonly Recorded[]): string {
  return entries
    .filter((entry) => entry.kind !== 'frame')
    .map((entry) => (entry.kind === 'call' ? entry.operation : `${entry.function} for ${entry.trigger.detail}`))
    .join(', ');
}

/** Parts what an action's own functions did from the notice to the others, which the notices function posts. */
export function partNotice(entries: readonly Recorded[]): { own: Recorded[]; notice: Recorded[] } {
  // The others only listen.
  const frames = entries.filter((entry) => entry.kind === 'frame');
  const speakers = new Set(
    frames.filter(({ direction }) => direction === 'in').map(({ connectionId }) => connectionId),
  );
  const isNotice = (entry: Recorded) =>
    entry.kind === 'frame' ? !speakers.has(entry.connectionId) : entry.function.startsWith('Notices');
  return { own: entries.filter((entry) => !isNotice(entry)), notice: entries.filter(isNotice) };
}
