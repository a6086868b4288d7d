import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithUs } from './ending.ts';

/** What a run of the administrator's console came to. */
export interface ConsoleRun {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly complaints: readonly string[];
}

const linesOf = (text: string) => text.split('\n').slice(0, -1);

/** Runs the administrator's program on a room of this machine, with no terminal: with arguments, or with what is given it to read. */
export function admin(url: string, args: readonly string[], input = ''): Promise<ConsoleRun> {
  return run(['--port', new URL(url).port, ...args], input);
}

/** Runs it on the room of a deployed stack. */
export function adminOfStack(stack: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ConsoleRun> {
  return run(['--stack', stack, ...args], '', { ...process.env, ...env });
}

async function run(args: readonly string[], input: string, env = process.env): Promise<ConsoleRun> {
  const child = endWithUs(
    spawn(process.execPath, ['dist/client/admin.mjs', ...args], { stdio: ['pipe', 'pipe', 'pipe'], env }),
  );
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: linesOf(out), complaints: linesOf(err) };
}
