import { day, hour } from './units.ts';

/** A try of a password. */
export interface Try {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Set while the password is being checked. */
  readonly id?: string | undefined;
}

/** The tries of one name from one address. Times are epoch milliseconds. */
export interface TryRecord {
  /** Random version tag for optimistic locking. */
  readonly version: string;
  /** The latest tries, oldest first: wrong ones, and those whose password is being checked. */
  readonly tries: readonly Try[];
  readonly blockedUntil: number;
  /** The number of blocks in a row, each within a day of the end of the one before. */
  readonly blocks: number;
  /** When the right password was last given from this address. Undefined: never, or too long ago. */
  readonly goodAt: number | undefined;
}

/**
 * The number of wrong passwords within an hour that blocks the name. It counts over all connections, because a client
 * closes its connection while a user thinks about a password.
 */
const triesUntilBlock = 3;
/** From this number of wrong passwords within an hour on, each one leads to a block. */
export const triesPerHour = 9;
export const tryWindow = hour;
/** A block within this time (ms) of the end of the one before is twice as long. */
export const blockMemory = day;
/** Repeated blocks grow up to this time (ms), or to BLOCK_TIME if that is longer. */
const longestBlock = hour;
/** How long (ms) an address counts as known after a login. */
const addressMemory = 90 * day;
/** A function that checks a password for this long (ms) was killed: its try counts as a wrong one. */
const checkTime = 8_000;

/** Milliseconds until the block ends; 0 without a block. */
export function blockedFor(record: TryRecord | undefined, now: number): number {
  return Math.max(0, (record?.blockedUntil ?? 0) - now);
}

/**
 * The record with a shorter block, if the block would last longer than one that begins now. That is so if the clock has
 * gone back, or BLOCK_TIME was shortened. Undefined if the block is not too long.
 */
export function shortenBlock(
  record: TryRecord | undefined,
  { at, blockTime, version }: Attempt,
): TryRecord | undefined {
  const latest = at + blockLength((record?.blocks ?? 0) - 1, blockTime);
  return record && record.blockedUntil > latest ? { ...record, blockedUntil: latest, version } : undefined;
}

/** Whether the user has logged in from this address within {@link addressMemory}. */
export function isKnownAddress(record: TryRecord | undefined, now: number): boolean {
  return record?.goodAt !== undefined && record.goodAt > now - addressMemory;
}

export interface Attempt {
  /** The try's own id. */
  readonly id: string;
  readonly at: number;
  /** Seconds. */
  readonly blockTime: number;
  /** The version of the record that follows. */
  readonly version: string;
}

/**
 * Counts a try before its password is checked.
 * - `counted`: the password may be checked.
 * - `wait`: other tries are being checked. Depending on their outcome this one is allowed or blocked.
 * - `blocked`: the tries are used up by functions that were killed.
 */
export type Start =
  | { readonly kind: 'counted' | 'blocked'; readonly record: TryRecord }
  | { readonly kind: 'wait'; readonly record?: undefined };

export function startTry(before: TryRecord | undefined, attempt: Attempt): Start {
  const { id, at } = attempt;
  const record = upToDate(before, attempt);
  const isChecking = record.tries.some((one) => one.id !== undefined);
  if (sinceBlock(record, record.tries) < triesUntilBlock && (record.tries.length < triesPerHour || !isChecking)) {
    return { kind: 'counted', record: withTries(record, [...record.tries, { at, id }]) };
  }
  return isChecking ? { kind: 'wait' } : { kind: 'blocked', record: block(record, attempt) };
}

/** The record after the password turned out wrong. See {@link blockedFor} and {@link triesLeft} for its consequences. */
export function failTry(before: TryRecord | undefined, attempt: Attempt): TryRecord {
  const { id, at } = attempt;
  const record = upToDate(before, attempt);
  const others = record.tries.filter((one) => one.id !== id);
  const after = withTries(record, [...others, { at }]);
  return triesLeft(after) > 0 ? after : block(after, attempt);
}

/** The record without a try whose password turned out right. Undefined if it does not hold the try any more. */
export function withdrawTry(record: TryRecord | undefined, { id, version }: Pick<Attempt, 'id' | 'version'>) {
  if (!record?.tries.some((one) => one.id === id)) return undefined;
  return { ...record, version, tries: record.tries.filter((one) => one.id !== id) };
}

/** The record after a login: the tries before it are forgotten, and the address is known. */
export const afterLogin = (at: number, version: string): TryRecord => ({
  version,
  tries: [],
  blockedUntil: 0,
  blocks: 0,
  goodAt: at,
});

/** How many more wrong passwords until the block. */
export function triesLeft(record: TryRecord): number {
  const wrong = record.tries.filter((one) => one.id === undefined);
  return Math.min(triesUntilBlock - sinceBlock(record, wrong), triesPerHour - wrong.length);
}

/** When nothing in the record matters any more. */
export function endOf({ blockedUntil, blocks, tries, goodAt = 0 }: TryRecord): number {
  const lastTry = tries.at(-1)?.at ?? 0;
  return Math.max(
    lastTry + tryWindow,
    blocks > 0 ? blockedUntil + blockMemory : blockedUntil,
    goodAt > 0 ? goodAt + addressMemory : 0,
  );
}

/** The tries of the last hour. A try that was never settled is a wrong one. */
function upToDate(record: TryRecord | undefined, { at, version }: Attempt): TryRecord {
  const tries = (record?.tries ?? []).flatMap((one) => {
    if (one.at <= at - tryWindow) return [];
    return one.id !== undefined && one.at <= at - checkTime ? { ...one, id: undefined } : one;
  });
  return { blockedUntil: 0, blocks: 0, goodAt: undefined, ...record, version, tries };
}

/** The number of tries since the last block. No try is counted during a block, so older ones precede its end. */
const sinceBlock = ({ blockedUntil }: TryRecord, tries: readonly Try[]) =>
  tries.filter(({ at }) => at >= blockedUntil).length;

const withTries = (record: TryRecord, tries: readonly Try[]): TryRecord => ({
  ...record,
  tries: tries.slice(-triesPerHour),
});

/** How long (ms) a block lasts that follows others. A record of an earlier version has no number of blocks. */
function blockLength(blocksBefore: number, blockTime: number): number {
  const shortest = blockTime * 1000;
  return Math.min(shortest * 2 ** Math.max(0, blocksBefore), Math.max(shortest, longestBlock));
}

function block(record: TryRecord, { at, blockTime }: Attempt): TryRecord {
  const blocksBefore = record.blockedUntil > at - blockMemory ? record.blocks : 0;
  return {
    ...record,
    blockedUntil: Math.max(record.blockedUntil, at + blockLength(blocksBefore, blockTime)),
    blocks: blocksBefore + 1,
  };
}
