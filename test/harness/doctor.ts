import { beforeAll, expect, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import type { LocalRoom } from '../../local/room.ts';
import type { SceneRoom } from './room.ts';

export interface Finding {
  readonly kind: string;
  readonly about: string;
  /** The sentence for the administrator. A scene may give a part of it. */
  readonly text?: string;
  readonly repaired?: boolean;
}

/** Runs all parts of `doctor` once. */
export async function examine(room: SceneRoom, repair = false): Promise<Finding[]> {
  const found: Finding[] = [];
  let goOn = {};
  for (;;) {
    const { ok, findings, next } = await room.admin({ command: 'doctor', repair, ...goOn });
    expect(ok).toBe(true);
    found.push(...(findings as Finding[]));
    if (next === undefined) return found;
    goOn = { from: next };
  }
}

/**
 * Holds the calls of scheduled runs and of the sweeper, which would repair before the doctor does.
 * @returns a function that ends the hold.
 */
export function holdSchedules({ faults }: LocalRoom): () => void {
  const { promise, resolve } = deferred<undefined>();
  faults.beforeDynamoDb = ({ function: name, trigger }) =>
    name.startsWith('Sweeper') || trigger?.source === 'schedule' ? promise : undefined;
  return () => {
    faults.beforeDynamoDb = undefined;
    resolve(undefined);
  };
}

/** A case of data that contradict each other. */
export interface Inconsistency {
  readonly title: string;
  /** Causes it. Returns the finding, unless there must be none, and a check of what the repair has left. */
  cause(): Promise<{ readonly finding?: Finding; repaired(): Promise<void> }>;
}

/**
 * Causes all inconsistencies, and examines the room once: the doctor looks a second time after two seconds, so an
 * examination of its own for each would take a minute.
 */
export function expectRepairs(room: () => SceneRoom, cases: readonly Inconsistency[]): void {
  const caused = new Map<Inconsistency, Awaited<ReturnType<Inconsistency['cause']>>>();
  let found: Finding[];
  let left: Finding[];
  beforeAll(async () => {
    const goOn = holdSchedules(room().local);
    for (const one of cases) caused.set(one, await one.cause());
    found = await examine(room(), true);
    left = await examine(room());
    goOn();
  });

  for (const one of cases) {
    test(one.title, async () => {
      const { finding, repaired } = caused.get(one) ?? (await one.cause());
      if (finding) expect(found).toContainEqual(expect.objectContaining({ ...withText(finding), repaired: true }));
      await repaired();
    });
  }

  test('and nothing else, once', () => {
    expect(found).toHaveLength([...caused.values()].filter(({ finding }) => finding).length);
    expect(left).toEqual([]);
  });
}

const withText = ({ text = '', ...finding }: Finding) => ({ ...finding, text: expect.stringContaining(text) });
