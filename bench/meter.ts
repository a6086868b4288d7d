import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorded } from '../local/recorder.ts';
import type { LocalRoom } from '../local/room.ts';

const patienceMs = 20_000;

/** The result of an action, and the recorded calls, invocations and frames. */
export interface Metered<T> {
  readonly entries: readonly Recorded[];
  readonly result: T;
}

/**
 * Records everything that one action in a room causes, until all of it has ended. Leaves out the room's schedule, which
 * may fire at any time, and the bench's own calls to the tables.
 */
export class Meter {
  readonly #room: LocalRoom;
  readonly #latencyMs: number;

  /**
   * @param latencyMs the delay of each DynamoDB call. It makes parallel calls overlap, as a network would, which shows the
   *   calls that waited for others.
   */
  constructor(room: LocalRoom, latencyMs: number) {
    this.#room = room;
    this.#latencyMs = latencyMs;
  }

  /**
   * @param runs the number of invocations by the gateway or the operator. Invocations by functions are counted automatically.
   * @returns the recorded entries, in the order in which they ended.
   */
  async count<T>(runs: number, act: () => Promise<T>): Promise<Metered<T>> {
    this.#room.faults.beforeDynamoDb = () => sleep(this.#latencyMs, undefined);
    try {
      return await this.settle(runs, act);
    } finally {
      this.#room.faults.beforeDynamoDb = undefined;
    }
  }

  /** The same without delays, for the preparation of a measurement. */
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
      timer = setTimeout(
        () => reject(new Error(`it did not end within ${patienceMs} ms: ${seen(entries)}`)),
        patienceMs,
      );
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
  if (entry.kind === 'http') return false;
  return entry.trigger?.source !== 'schedule' && entry.function !== 'operator';
}

/** A function that invokes another asynchronously gets the answer before it ends, so no invocation is missed. */
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
    .filter((entry) => entry.kind === 'call' || entry.kind === 'invocation')
    .map((entry) => (entry.kind === 'call' ? entry.operation : `${entry.function} for ${entry.trigger.detail}`))
    .join(', ');
}

/** Separates an action's own entries from those of the notice to other users. */
export function partNotice(entries: readonly Recorded[]): { own: Recorded[]; notice: Recorded[] } {
  // The other clients only receive.
  const frames = entries.filter((entry) => entry.kind === 'frame');
  const speakers = new Set(
    frames.filter(({ direction }) => direction === 'in').map(({ connectionId }) => connectionId),
  );
  const isNotice = (entry: Recorded) => {
    if (entry.kind === 'http') return false;
    return entry.kind === 'frame' ? !speakers.has(entry.connectionId) : entry.function.startsWith('Notices');
  };
  return { own: entries.filter((entry) => !isNotice(entry)), notice: entries.filter(isNotice) };
}
