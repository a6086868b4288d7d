/**
 * Calls back when this process has stood still for a while: the machine was asleep, and its connections may be dead without
 * anybody having told. Timers do not show it, since their clock stands still as well; so the wall clock is looked at now and then.
 * @param every Milliseconds between two looks.
 * @param pause Milliseconds that must be missing.
 * @returns what ends it. It does not keep the process alive.
 */
export function onAwakening(callback: () => void, every: number, pause: number): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const stoodStill = now - last > every + pause;
    last = now;
    if (stoodStill) callback();
  }, every).unref();
  return () => clearInterval(timer);
}
