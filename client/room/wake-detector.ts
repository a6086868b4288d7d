import { unref } from './timers.ts';

/**
 * Calls back when the machine wakes up from sleep, because its connections may be dead and there is no event for it.
 * Timers do not detect sleep, because their clock stops. So this compares wall clock times.
 * @param every Milliseconds between two comparisons.
 * @param pause Milliseconds of sleep that count.
 * @param isThrottled Whether the browser delays timers now, as it does on a page that is not visible.
 * @returns a function that ends it. It does not keep the process alive.
 */
export function onWake(
  callback: () => void,
  every: number,
  pause: number,
  isThrottled: () => boolean = () => false,
): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const hasSlept = now - last > every + pause;
    last = now;
    if (hasSlept && !isThrottled()) callback();
  }, every);
  unref(timer);
  return () => clearInterval(timer);
}
