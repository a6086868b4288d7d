import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds without a key after which the user has stopped typing. */
const silence = 500;
/** Milliseconds after which nothing more is discarded, even if the user still types. */
const longest = 5_000;
const ctrlC = 0x03;

/**
 * Discards what is typed, until the user pauses or presses Ctrl+C. A client that ends by itself would otherwise leave
 * the rest of a line to the shell, such as a password.
 */
export async function discardTyping(terminal: NodeJS.ReadStream): Promise<void> {
  const begun = performance.now();
  let last = begun;
  const note = (typed: Buffer) => {
    last = typed.includes(ctrlC) ? Number.NEGATIVE_INFINITY : performance.now();
  };
  try {
    terminal.setRawMode(true);
    terminal.on('data', note).resume();
    while (performance.now() - last < silence && performance.now() - begun < longest) await sleep(20);
    terminal.off('data', note).pause();
    terminal.setRawMode(false);
  } catch {
    // The terminal is gone.
  }
}
