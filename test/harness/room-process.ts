import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithUs } from './ending.ts';

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

  constructor(folder: string, port = 0, args: readonly string[] = []) {
    const all = ['dist/local/main.mjs', '--port', String(port), '--data', folder, ...args];
    this.child = endWithUs(spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] }));
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

/** A room in a separate process, as `npm start` runs it. */
export interface RoomProcess {
  readonly url: string;
  readonly pid: number;
  /** Kills the process, as a power cut does. */
  killHard(): Promise<void>;
  /** Ends the process as Ctrl+C does. Returns the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the room's program on a free port, with the state in a folder. Resolves when the room is open. */
export async function startRoomProcess(dataDir: string, args: readonly string[] = []): Promise<RoomProcess> {
  const program = new RoomProgram(dataDir, 0, args);
  const { child, ended } = program;
  const url = await program.opened;
  if (url === undefined) throw new Error(`the room ended with ${(await ended).code}: ${program.errors}`);
  return {
    url,
    pid: child.pid ?? 0,
    async killHard() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGINT');
      return (await ended).code;
    },
  };
}
