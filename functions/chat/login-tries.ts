/** Wrong passwords for one name from one address. Times are epoch milliseconds. */
export interface TryRecord {
  /** Random version tag for optimistic locking. */
  readonly version: string;
  /** The latest wrong tries, oldest first; without a connection once they have led to a block. */
  readonly tries: readonly { readonly at: number; readonly connectionId?: string }[];
  readonly blockedUntil: number;
}

/** Wrong passwords over one connection until the name is blocked. */
export const triesPerConnection = 3;
/** Wrong passwords within the hour over any number of connections: reconnecting does not evade the block. */
export const triesPerHour = 9;
export const tryWindow = 3_600_000;

/** Milliseconds until the block ends; 0 without a block. */
export function blockedFor(record: TryRecord | undefined, now: number): number {
  return Math.max(0, (record?.blockedUntil ?? 0) - now);
}

/** The record after one more wrong password. See {@link blockedFor} and {@link triesLeft} for its consequences. */
export function countWrongTry(
  record: TryRecord | undefined,
  attempt: { connectionId: string; at: number; blockTime: number; version: string },
): TryRecord {
  const { connectionId, at, version } = attempt;
  const blockedUntil = record?.blockedUntil ?? 0;
  const recent = (record?.tries ?? []).filter((one) => one.at > at - tryWindow);
  const tries = [...recent, { at, connectionId }].slice(-triesPerHour);
  if (triesLeft({ version, tries, blockedUntil }, connectionId) > 0) return { version, tries, blockedUntil };
  return {
    version,
    tries: tries.map((one) => (one.connectionId === connectionId ? { at: one.at } : one)),
    blockedUntil: Math.max(blockedUntil, at + attempt.blockTime * 1000),
  };
}

/** How many more wrong passwords a connection has until the block. */
export function triesLeft(record: TryRecord, connectionId: string): number {
  const own = record.tries.filter((one) => one.connectionId === connectionId).length;
  return Math.min(triesPerConnection - own, triesPerHour - record.tries.length);
}
