/** What a room was used for in one month (UTC), as far as its price depends on it. */
export interface Usage {
  /** `2026-11` */
  readonly month: string;
  /** The last minute that was counted, since the epoch. */
  readonly minute: number;
  /** Minutes somebody was online, added up over everybody. */
  readonly onlineMinutes: number;
  /** What `logins` of the state and the room stream's last number were when the month's counting began. */
  readonly loginsBefore: number;
  readonly broadcastsBefore: number;
}

export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);
export const minuteOf = (time: number): number => Math.floor(time / 60_000);

/** When a month began (epoch ms). */
export const beginningOf = (month: string): number => Date.parse(`${month}-01T00:00:00Z`);
