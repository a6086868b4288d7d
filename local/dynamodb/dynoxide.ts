import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { RoomError } from '../errors.ts';
import { commandLineOf, sendSignal } from './process.ts';

const pidFileSchema = v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(2)) });

/** The paths of dynoxide's files. */
export interface DynoxideFiles {
  readonly database: string;
  readonly pid: string;
  readonly log: string;
}

const startLimitMs = 10_000;
const endLimitMs = 5_000;

/**
 * Runs dynoxide beside a subshell that reads a pipe from this program. The pipe ends with this program, however that
 * ends, and the subshell then kills their process group. `exec` keeps the process id.
 */
const guarded = '(read _ <&3; kill -s KILL 0) & exec "$0" "$@" 3<&-';

/** A running dynoxide: DynamoDB's API over SQLite (https://github.com/nubo-db/dynoxide). */
export class Dynoxide {
  readonly endpoint: string;
  readonly #process: ChildProcess;
  readonly #pidFile: string;
  #isGuarded = process.platform !== 'win32';
  /** Kills dynoxide when a program ends without closing its room, where there is no shell to do it. */
  readonly #endWithUs = () => void this.#process.kill('SIGTERM');

  private constructor(child: ChildProcess, endpoint: string, pidFile: string) {
    this.#process = child;
    this.endpoint = endpoint;
    this.#pidFile = pidFile;
    process.once('exit', this.#endWithUs);
  }

  /** Ends a dynoxide that a killed room left behind. Two processes on one file would corrupt it. */
  static async endLeftBehind(files: DynoxideFiles): Promise<void> {
    const content = await readFile(files.pid, 'utf8').catch(() => undefined);
    const pid = content === undefined ? undefined : readPid(content);
    // Process ids are reused, so check the command line: only a dynoxide on this database is ours. (A zombie still has
    // its id, but no command line.)
    const isOurs = async () => pid !== undefined && (await commandLineOf(pid))?.includes(files.database) === true;
    const deadline = performance.now() + endLimitMs;
    for (let signal: NodeJS.Signals = 'SIGTERM'; pid !== undefined && (await isOurs()); await sleep(10)) {
      sendSignal(pid, signal);
      if (performance.now() > deadline) signal = 'SIGKILL';
    }
    await rm(files.pid, { force: true });
  }

  /**
   * Starts dynoxide on a free port of a random loopback address, because it checks no credentials and lets every web
   * page read its answers. No other process may have the database open.
   * @throws RoomError if there is no binary for this platform, or it does not start.
   */
  static async start(files: DynoxideFiles): Promise<Dynoxide> {
    const binary = findBinary();
    const host = loopbackAddress();
    const port = await freePort(host);
    // SQLite gives its other files the mode of this one.
    await (await open(files.database, 'a', 0o600)).close();
    await chmod(files.database, 0o600);
    const log = await open(files.log, 'a', 0o600);
    const command = [binary, 'serve', '--host', host, '--port', String(port), '--db-path', files.database];
    const [program = '', ...args] = process.platform === 'win32' ? command : ['/bin/sh', '-c', guarded, ...command];
    // Its own process group: Ctrl+C in the terminal must not end it before the functions have finished.
    const child = spawn(program, args, { detached: true, env: {}, stdio: ['ignore', log.fd, log.fd, 'pipe'] });
    // The pipe is no reason to go on running.
    const [, , , pipe] = child.stdio;
    if (pipe instanceof Socket) pipe.on('error', () => undefined).unref();
    const failed = once(child, 'error').then(([error]) => error);
    // Register it at once, so that it ends with this program.
    const dynoxide = new Dynoxide(child, `http://${host}:${port}`, files.pid);
    await log.close();
    if (child.pid === undefined) throw new RoomError(`${program} does not start: ${String(await failed)}`);
    try {
      await writeFile(files.pid, JSON.stringify({ pid: child.pid }), { mode: 0o600 });
      await dynoxide.#listening(files.log);
      return dynoxide;
    } catch (error) {
      await dynoxide.close();
      throw error;
    }
  }

  /** Calls back when it ends unexpectedly. */
  onUnexpectedEnd(callback: () => void): void {
    this.#process.once('exit', callback);
  }

  /** Ends it. All acknowledged writes are on disk. */
  async close(): Promise<void> {
    this.#process.removeAllListeners('exit');
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const impatience = setTimeout(() => this.#process.kill('SIGKILL'), endLimitMs);
      await exited;
      clearTimeout(impatience);
    }
    // Only now: the program may be ended while it waits.
    process.removeListener('exit', this.#endWithUs);
    this.#endGuard();
    // On a read-only disk it stays. The next start checks the process anyway.
    await rm(this.#pidFile, { force: true }).catch(() => undefined);
  }

  /** Kills it without waiting. */
  kill(): void {
    this.#process.kill('SIGKILL');
    this.#endGuard();
  }

  /** Kills the process group in which only the subshell is left. It cannot belong to others while the subshell is in it. */
  #endGuard(): void {
    if (this.#isGuarded && this.#process.pid !== undefined) sendSignal(-this.#process.pid, 'SIGKILL');
    this.#isGuarded = false;
  }

  async #listening(log: string): Promise<void> {
    const deadline = performance.now() + startLimitMs;
    while (performance.now() < deadline) {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) break;
      const reached = await fetch(this.endpoint, { method: 'GET' }).then(
        () => true,
        () => false,
      );
      if (reached) return;
      await sleep(5);
    }
    throw new RoomError(`dynoxide does not start; see ${log}`);
  }
}

function findBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return join(folder, process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide');
  } catch {
    throw new RoomError(`${name} is not installed: run npm ci, or use another DynamoDB with --dynamodb URL`);
  }
}

function readPid(content: string): number | undefined {
  try {
    return v.parse(pidFileSchema, JSON.parse(content)).pid;
  } catch {
    return undefined;
  }
}

/** One of 2^24 addresses: a web page would have to try every port of each. macOS has only one. */
const loopbackAddress = () =>
  process.platform === 'darwin' ? '127.0.0.1' : `127.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;

/**
 * A free port. dynoxide does not report its port if it is started with port 0. The port is below the ephemeral range,
 * so no other program gets it before dynoxide binds it.
 */
async function freePort(host: string): Promise<number> {
  for (;;) {
    const port = randomInt(16_000, 32_000);
    const server = createServer().listen(port, host);
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
