import { timeText, wholeTime } from './days.ts';

/** The local time of something, and the whole date for those who point at it. */
export function Time({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={wholeTime(at)}>
      {timeText(at)}
    </time>
  );
}
