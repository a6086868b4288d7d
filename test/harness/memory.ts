import { execFileSync } from 'node:child_process';

/** The resident memory of a process, in bytes. */
export function residentMemory(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

/** Watches the memory of a process until it is stopped. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;
  /** Bytes at the start of the watch. */
  readonly before: number;
  /** The maximum since then, in bytes. */
  most: number;

  constructor(pid: number) {
    this.before = residentMemory(pid);
    this.most = this.before;
    this.#timer = setInterval(() => {
      this.most = Math.max(this.most, residentMemory(pid));
    }, 250);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
