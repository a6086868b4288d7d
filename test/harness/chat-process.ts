import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { password } from './room.ts';

/** The terminal client in a process of its own, reading from a pipe. */
export class ChatProcess {
  /** The exit code. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessWithoutNullStreams;
  #said = '';

  private constructor(url: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, ['dist/client/chat.mjs', '--url', url, ...args], { stdio: 'pipe' });
    this.#child.stdout.on('data', (data: Buffer) => {
      this.#said += data.toString();
    });
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** Somebody who is registered comes in. */
  static async enter(url: string, user: string, ...args: string[]): Promise<ChatProcess> {
    const chat = new ChatProcess(url, args);
    chat.#child.stdin.write(`${user}\n${password}\n`);
    await chat.says(`Welcome to the Chatting room user "${user}"!`);
    return chat;
  }

  /** Waits until it has said something. */
  async says(text: string): Promise<void> {
    while (!this.#said.includes(text)) {
      const more = once(this.#child.stdout, 'data');
      const code = await Promise.race([more, this.ended]);
      if (!Array.isArray(code) && !this.#said.includes(text)) {
        throw new Error(`it ended with ${code} and never said "${text}", but:\n${this.#said}`);
      }
    }
  }

  /** Ends its input: it logs out. */
  leave(): void {
    this.#child.stdin.end();
  }
}
