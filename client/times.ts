const twoDigits = (count: number) => String(count).padStart(2, '0');

/** The local date: `2014-03-04`. */
export const localDate = (at: Date) => [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join('-');

/** The local time: `21:25`. */
export const localMinute = (at: Date) => [at.getHours(), at.getMinutes()].map(twoDigits).join(':');

/** The local time, with the date unless it is today: `21:25` or `2014-03-04 21:25`. */
export const localMoment = (at: Date) =>
  at.toDateString() === new Date().toDateString() ? localMinute(at) : `${localDate(at)} ${localMinute(at)}`;

/** The local time with seconds: `21:25:13`. */
export const localTime = (at: Date) => `${localMinute(at)}:${twoDigits(at.getSeconds())}`;

/** A duration in whole seconds, rounded up: `0:41`, `12:03` or `1:12:03`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, twoDigits(whole % 60)];
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`;
}
