import type { AdminRoom } from '../ports.ts';

/** An inconsistency. */
export interface Finding {
  readonly kind: string;
  /** The user or object concerned. */
  readonly about: string;
  /** A sentence for the administrator. */
  readonly text: string;
  /** Repairs it. False if it has changed since. */
  repair(room: AdminRoom): Promise<boolean>;
}

/** One page of a check. `next` is the token of the next page. */
export interface Examined {
  readonly checked: number;
  readonly findings: readonly Finding[];
  readonly next: string | undefined;
}

export type Examine = (room: AdminRoom, from: string | undefined) => Promise<Examined>;

/** Items checked concurrently. */
const concurrency = 25;

/** How long (ms) to wait before suspicious items are checked again: long enough for a logout or a closing connection. */
const recheckDelay = 2_000;

/** Checks items, and after a delay checks the suspicious ones again: a busy room is always between two states. */
export async function lookTwice<T>(
  room: AdminRoom,
  all: readonly T[],
  look: (one: T) => Promise<Finding | undefined>,
): Promise<Finding[]> {
  const suspects = (await lookAtAll(all, look)).map(({ one }) => one);
  if (suspects.length === 0) return [];
  await room.clock.sleepUntil(room.clock.now() + recheckDelay);
  return (await lookAtAll(suspects, look)).map(({ finding }) => finding);
}

async function lookAtAll<T>(
  all: readonly T[],
  look: (one: T) => Promise<Finding | undefined>,
): Promise<{ one: T; finding: Finding }[]> {
  const found: { one: T; finding: Finding }[] = [];
  for (let i = 0; i < all.length; i += concurrency) {
    const looked = await Promise.all(
      all.slice(i, i + concurrency).map(async (one) => ({ one, finding: await look(one) })),
    );
    for (const { one, finding } of looked) if (finding) found.push({ one, finding });
  }
  return found;
}
