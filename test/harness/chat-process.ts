import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './ending.ts';
import { password } from './room.ts';

const program = fileURLToPath(new URL('../../dist/client/chat.mjs', import.meta.url));

export interface ChatProcessOptions {
  /** The client's working directory: where its files are and where it puts those it gets. */
  readonly folder?: string;
  readonly args?: readonly string[];
  /** Milliseconds that a line is waited for. */
  readonly patience?: number;
}

/** The terminal client in a process of its own, with pipes for a terminal: types lines, reads lines. */
export class ChatProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  /** Resolves with the exit code; with nothing if it was killed. */
  readonly exited: Promise<number | null>;
  /** All that it has printed. */
  readonly lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #patience: number;
  #taken = 0;
  #unfinished = '';

  constructor(url: string, { folder = '.', args = [], patience = 30_000 }: ChatProcessOptions = {}) {
    this.#patience = patience;
    this.#child = endWithUs(spawn(process.execPath, [program, '--url', url, ...args], { cwd: folder }));
    this.exited = once(this.#child, 'close').then(([code]) => code as number | null);
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    }
    // It may be killed while something is being typed.
    this.#child.stdin.on('error', () => {});
    void this.exited.then(() => this.#look());
  }

  /** Somebody who is registered comes in. */
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

  /** Waits for these lines, in this order, after those that were waited for before; others may come between. */
  async sees(...expected: (string | RegExp)[]): Promise<void> {
    for (const one of expected) await this.#see(one);
  }

  /** What has been printed since the last line that was waited for. */
  get rest(): readonly string[] {
    return this.lines.slice(this.#taken);
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Ends its input: it logs out. */
  leave(): void {
    this.#child.stdin.end();
  }

  /** Leaves in good order; gives the exit code. */
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
