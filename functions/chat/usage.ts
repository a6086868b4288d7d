/** The usage of a room in one month (UTC), from which its cost is estimated. */
export interface Usage {
  /** `2026-11` */
  readonly month: string;
  /** The last minute that was counted, since the epoch. */
  readonly minute: number;
  /** The minutes online, summed over all users. */
  readonly onlineMinutes: number;
  /** The Room item's `logins` and the room stream's last number at the beginning of the month. */
  readonly loginsBefore: number;
  readonly broadcastsBefore: number;
  /** What `spent` of the state was then. */
  readonly spentBefore?: number | undefined;
  /** The budget that the room has warned of. */
  readonly warnedOf?: string | undefined;
}

export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);
export const minuteOf = (time: number): number => Math.floor(time / 60_000);

/** When a month began (epoch ms). */
export const beginningOf = (month: string): number => Date.parse(`${month}-01T00:00:00Z`);
