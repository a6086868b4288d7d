import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** What has to go when this program ends, in whatever way it does. */
const folders = new Set<string>();
const children = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of children) child.kill('SIGTERM');
  // Who still writes in there may need a moment to hear of it.
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/**
 * Has Ctrl+C, an end from outside and a lost terminal do what an exit does, which a signal alone leaves out: rooms end their
 * database then. (Nothing calls `process.exit`, which Vitest keeps from its tests.)
 */
export function endInOrder(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.emit('exit', 128 + constants.signals[signal]);
      process.kill(process.pid, signal);
    });
  }
}

/** A new folder that goes with this program, if {@link removeFolder} did not remove it before. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.add(folder);
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** Has a process end with this program. */
export function endWithUs<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
