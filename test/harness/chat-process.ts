import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './ending.ts';
import { password } from './room.ts';

const program = fileURLToPath(new URL('../../dist/client/chat.mjs', import.meta.url));

export interface ChatProcessOptions {
  /** The client's working directory. It sends files from it and saves received files in it. */
  readonly folder?: string;
  readonly args?: readonly string[];
  /** The timeout for an expected line, in milliseconds. */
  readonly patience?: number;
}

/** The terminal client in a separate process, with pipes instead of a terminal. Types lines and reads lines. */
export class ChatProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  /** Resolves with the exit code, or with nothing if the process was killed. */
  readonly exited: Promise<number | null>;
  /** The client's whole output. */
  readonly lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #patience: number;
  #taken = 0;
  #unfinished = '';

  constructor(url: string, { folder = '.', args = [], patience = 40_000 }: ChatProcessOptions = {}) {
    this.#patience = patience;
    this.#child = endWithUs(spawn(process.execPath, [program, '--url', url, ...args], { cwd: folder }));
    this.exited = once(this.#child, 'close').then(([code]) => code as number | null);
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    }
    // The client may be killed while the test types.
    this.#child.stdin.on('error', () => {});
    void this.exited.then(() => this.#look());
  }

  /** Logs in a registered user. */
  static async enter(url: string, user: string, options?: ChatProcessOptions): Promise<ChatProcess> {
    const chat = new ChatProcess(url, options);
    chat.type(user, password);
    await chat.sees(`Welcome to the chat room, ${user}! You are now logged in.`);
    return chat;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  type(...lines: string[]): void {
    this.#child.stdin.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** Waits for these lines, in this order, after the lines of earlier calls. Other lines may come between. */
  async sees(...expected: (string | RegExp)[]): Promise<void> {
    for (const one of expected) await this.#see(one);
  }

  /** The output since the last expected line. */
  get rest(): readonly string[] {
    return this.lines.slice(this.#taken);
  }

  /** Kills the client, as a power cut does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Ends the client's input, which logs it out. */
  leave(): void {
    this.#child.stdin.end();
  }

  /** Logs out. Returns the exit code. */
  async quit(): Promise<number | null> {
    this.type('quit');
    return this.exited;
  }

  #see(expected: string | RegExp): Promise<void> {
    const fits = (line: string) => (typeof expected === 'string' ? line === expected : expected.test(line));
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        end();
      };
      const fail = (why: string) => reject(new Error(`${expected} ${why}; what came: ${this.lines.join('\n')}`));
      const look = () => {
        const index = this.lines.findIndex((line, at) => at >= this.#taken && fits(line));
        if (index >= 0) {
          this.#taken = index + 1;
          settle(resolve);
        } else if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
          settle(() => fail('did not come before the client ended'));
        }
      };
      const timer = setTimeout(() => settle(() => fail(`did not come within ${this.#patience} ms`)), this.#patience);
      this.#watchers.add(look);
      look();
    });
  }

  #read(text: string): void {
    const [...lines] = (this.#unfinished + text).split('\n');
    this.#unfinished = lines.pop() ?? '';
    this.lines.push(...lines);
    this.#look();
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
