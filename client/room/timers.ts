/** A timer of Node.js or of a browser. */
export type Timer = ReturnType<typeof setTimeout>;

/** Lets a Node.js process end while this timer runs. A browser's timer is a number. */
export function unref(timer: unknown): void {
  const isNodes = typeof timer === 'object' && timer !== null && 'unref' in timer;
  if (isNodes && typeof timer.unref === 'function') timer.unref();
}

/**
 * Resolves after a time. Node's own version of this does not exist in browsers.
 * @throws the signal's reason, if it aborts meanwhile.
 */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
