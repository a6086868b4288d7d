import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ScriptedRoom } from './scripted-room.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const session = { user: 'facebook', token: 't', timeOut: 600, unread: { inbox: 2, room: 3 } };

export interface Run {
  readonly input?: string | Buffer;
  /** Whether the input does not end: the test writes more. */
  readonly keepOpen?: boolean;
  readonly environment?: Record<string, string>;
  /** The content of file descriptor 3. */
  readonly third?: string;
  /** In the syntax of the shell, which then runs the program. */
  readonly redirections?: string;
}

/** Resolves to what a program has written, and to its exit code. */
export async function outcomeOf(child: ChildProcess & { readonly stdout: Readable; readonly stderr: Readable }) {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout).catch(() => 'cut off'),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { out, err, code: code as number };
}

/** Runs `chat` as a script does, at a room that the test plays, without this machine's settings. */
export class ScriptRunner {
  readonly scripted: ScriptedRoom;
  /** The folder of the settings. */
  readonly config: string;

  private constructor(scripted: ScriptedRoom, config: string) {
    this.scripted = scripted;
    this.config = config;
  }

  static async open(): Promise<ScriptRunner> {
    return new ScriptRunner(await ScriptedRoom.start(), await mkdtemp(join(tmpdir(), 'chat-script-')));
  }

  /** The arguments that give the room and the user. */
  get facebook(): readonly string[] {
    return ['--url', this.scripted.url, '--user', 'facebook'];
  }

  chat(args: readonly string[], run: Run = {}) {
    const { input = '', keepOpen = false, environment = {}, third = '', redirections = '' } = run;
    const shell = redirections === '' ? [] : ['sh', '-c', `exec "$0" "$@" ${redirections}`];
    const [program = process.execPath, ...rest] = [...shell, process.execPath, 'dist/client/chat.mjs', ...args];
    const child = spawn(program, rest, {
      cwd: project,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        XDG_CONFIG_HOME: this.config,
        HOME: this.config,
        APPDATA: this.config,
        CHAT_PASSWORD: 'wastingtime',
        ...environment,
      },
    });
    child.stdin.on('error', () => {}).write(input);
    if (!keepOpen) child.stdin.end();
    // Only the first line is read.
    (child.stdio[3] as NodeJS.WritableStream).on('error', () => {}).end(third);
    return { child, done: outcomeOf(child) };
  }

  /** Accepts the script's login. A script that does not show messages does not sync, and acknowledges none. */
  async letIn() {
    const peer = await this.scripted.peer();
    const login = await peer.next('login');
    login.reply(session);
    return { peer, login: login.arguments };
  }

  async close(): Promise<void> {
    await this.scripted.close();
    await rm(this.config, { recursive: true, force: true });
  }
}
