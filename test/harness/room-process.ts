import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endWithUs } from './ending.ts';

/** A room in a separate process, as `npm start` runs it. */
export interface RoomProcess {
  readonly url: string;
  readonly pid: number;
  /** Kills the process, as a power cut does. */
  killHard(): Promise<void>;
  /** Ends the process as Ctrl+C does. Returns the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the room's program on a free port, with the state in a folder. */
export async function startRoomProcess(dataDir: string, args: readonly string[] = []): Promise<RoomProcess> {
  const child = endWithUs(
    spawn(process.execPath, ['dist/local/main.mjs', '--port', '0', '--data', dataDir, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints += data.toString();
  });
  const url = await Promise.race([addressOf(child), failureOf(child, () => complaints)]);
  return {
    url,
    pid: child.pid ?? 0,
    async killHard() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async stop() {
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the room has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [address] = /ws:\/\/\S+/.exec(line) ?? [];
    if (address) return address;
  }
  return new Promise(() => undefined);
}

async function failureOf(child: ChildProcess, complaints: () => string): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the room ended with ${String(code)}: ${complaints()}`);
}
