import type { AdminRoom } from '../ports.ts';

/** Something that is wrong in the room. */
export interface Finding {
  readonly kind: string;
  /** Whom or what it is about. */
  readonly about: string;
  /** For a person. */
  readonly text: string;
  /** Sets it right, if it still is as it was found. */
  repair(room: AdminRoom): Promise<boolean>;
}

/** One part of an examination: what it found in one slice, and where the next begins. */
export interface Examined {
  readonly checked: number;
  readonly findings: readonly Finding[];
  readonly next: string | undefined;
}

export type Examine = (room: AdminRoom, from: string | undefined) => Promise<Examined>;

/** How many are looked at side by side. */
const atOnce = 25;

/** Long enough (ms) for whatever was under way at the first look: somebody leaving, a connection closing. */
const secondLookAfter = 2_000;

/** Looks at each, and after a moment once more at what looked wrong: a busy room is between two states all the time. */
export async function lookTwice<T>(
  room: AdminRoom,
  all: readonly T[],
  look: (one: T) => Promise<Finding | undefined>,
): Promise<Finding[]> {
  const suspects = (await lookAtAll(all, look)).map(({ one }) => one);
  if (suspects.length === 0) return [];
  await room.clock.sleepUntil(room.clock.now() + secondLookAfter);
  return (await lookAtAll(suspects, look)).map(({ finding }) => finding);
}

async function lookAtAll<T>(
  all: readonly T[],
  look: (one: T) => Promise<Finding | undefined>,
): Promise<{ one: T; finding: Finding }[]> {
  const found: { one: T; finding: Finding }[] = [];
  for (let i = 0; i < all.length; i += atOnce) {
    const looked = await Promise.all(all.slice(i, i + atOnce).map(async (one) => ({ one, finding: await look(one) })));
    for (const { one, finding } of looked) if (finding) found.push({ one, finding });
  }
  return found;
}
