import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** The clean-up to run when this program ends, for any reason. */
const folders = new Set<string>();
const children = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of children) child.kill('SIGTERM');
  // Processes that still write in the folder may need a moment to stop.
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

let endsInOrder = false;

/**
 * Makes SIGINT, SIGTERM and SIGHUP run the exit handlers, which a signal alone skips. Rooms end their database in these
 * handlers. (Nothing calls `process.exit`, which Vitest keeps from its tests.) Vitest calls it before each test file of a
 * process; only the first call adds listeners.
 */
export function endInOrder(): void {
  if (endsInOrder) return;
  endsInOrder = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.emit('exit', 128 + constants.signals[signal]);
      process.kill(process.pid, signal);
    });
  }
}

/** A new folder. It is removed when this program ends, unless {@link removeFolder} removed it before. */
export function temporaryFolder(prefix: string, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, prefix));
  folders.add(folder);
  return folder;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** Ends a process when this program ends. */
export function endWithUs<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
