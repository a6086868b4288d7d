import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { endWithUs } from '../harness/ending.ts';

/** How a program ended: its exit code, or the signal that killed it. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The room's program, and what it has printed. */
export class RoomProgram {
  readonly child: ChildProcess;
  /** The address in its greeting. Undefined if it ended before. */
  readonly opened: Promise<string | undefined>;
  readonly ended: Promise<Ended>;
  #errors = '';

  constructor(folder: string, port: number) {
    const args = ['dist/local/main.mjs', '--port', String(port), '--data', folder];
    this.child = endWithUs(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    this.ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }) as Ended);
    this.child.stderr?.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
    let output = '';
    const greeted = new Promise<string>((resolve) => {
      this.child.stdout?.on('data', (data: Buffer) => {
        output += data.toString();
        const [, url] = /open at (ws:\S+)\n/.exec(output) ?? [];
        if (url !== undefined) resolve(url);
      });
    });
    this.opened = Promise.race([greeted, this.ended.then(() => undefined)]);
  }

  /** What it wrote to stderr. */
  get errors(): string {
    return this.#errors;
  }

  /** Whether stderr shows an error that the program did not expect. */
  get hasFailed(): boolean {
    return /^\s+at .+:\d+|Unhandled|Uncaught|node:internal/m.test(this.#errors);
  }

  closeOutput(): void {
    this.child.stdout?.destroy();
  }
}

/** The ids of processes whose command line names a text. */
export function processesNaming(text: string): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}
