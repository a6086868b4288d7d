/**
 * Calls back when the machine wakes up from sleep, because its connections may be dead and there is no event for it.
 * Timers do not detect sleep, because their clock stops. So this compares wall clock times.
 * @param every Milliseconds between two comparisons.
 * @param pause Milliseconds of sleep that count.
 * @returns a function that ends it. It does not keep the process alive.
 */
export function onWake(callback: () => void, every: number, pause: number): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const hasSlept = now - last > every + pause;
    last = now;
    if (hasSlept) callback();
  }, every).unref();
  return () => clearInterval(timer);
}
