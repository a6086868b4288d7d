import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, UnreachableError } from '../../client/admin/errors.ts';
import { RoomAdmin } from '../../client/admin/room-admin.ts';
import { outputTo, runCommand } from '../../client/admin/run-command.ts';
import type { Line } from '../../client/terminal/line.ts';
import { Painter } from '../../client/terminal/painter.ts';
import { endWithUs } from './ending.ts';
import type { SceneRoom } from './room.ts';

/** The outcome of a run of the administrator's console. */
export interface ConsoleRun {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly complaints: readonly string[];
}

const linesOf = (text: string) => text.split('\n').slice(0, -1);

/**
 * Runs the administrator's program on a local room, without a terminal. Its commands are arguments, or come from its
 * input.
 */
export function admin(url: string, args: readonly string[], input = ''): Promise<ConsoleRun> {
  return run(['--port', new URL(url).port, ...args], input);
}

/** Runs another copy of the administrator's program, without naming a room. */
export function adminAt(program: string, ...args: string[]): Promise<ConsoleRun> {
  return run(args, '', process.env, program);
}

/** Runs the administrator's program on the room of a deployed stack. */
export function adminOfStack(stack: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ConsoleRun> {
  return run(['--stack', stack, ...args], '', { ...process.env, ...env });
}

async function run(
  args: readonly string[],
  input: string,
  env = process.env,
  program = 'dist/client/admin.mjs',
): Promise<ConsoleRun> {
  const child = endWithUs(spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env }));
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

/**
 * Runs a command of the console in this process, which takes a tenth of the time of starting the program. Use it in
 * scenes of the room's behaviour. A scene of the program itself calls {@link admin}.
 */
export async function administer(room: SceneRoom, ...args: string[]): Promise<ConsoleRun> {
  const [lines, complaints]: [string[], string[]] = [[], []];
  const painter = new Painter(1);
  const printTo =
    (list: string[]) =>
    (...added: Line[]) =>
      void list.push(...added.flatMap((line) => painter.line(line).split('\n')));
  const invoke = async (payload: Record<string, unknown>) => {
    const reply = await room.admin(payload).catch((error: unknown) => {
      throw new UnreachableError(`The room's admin function failed: ${messageOf(error)}`);
    });
    // The seconds for which a restore waits for running commands.
    if (reply['waits'] !== undefined) room.local.clock.forward(Number(reply['waits']) * 1000);
    return reply;
  };
  const { signal } = new AbortController();
  const { result } = await runCommand(
    args.filter((arg) => arg !== '--json'),
    outputTo(printTo(lines), printTo(complaints), args.includes('--json')),
    { admin: new RoomAdmin(async () => ({ invoke })), signal, unread: signal },
  );
  return { code: result === 'quit' ? 0 : result, lines, complaints };
}
