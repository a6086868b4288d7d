import { resolve } from 'node:path';
import { TerminalDriver, withoutTime } from '../../client/testing/terminal-driver.ts';

/** An expected line: its exact text; the text after a time stamp; or a pattern if it contains a measured number. */
export type Expected = string | { readonly stamped: string } | RegExp;

/** A line of an event, which begins with a time stamp. */
export const stamped = (line: string): Expected => ({ stamped: line });

function fits(line: string | undefined, expected: Expected): boolean {
  if (line === undefined) return false;
  if (expected instanceof RegExp) return expected.test(line);
  return typeof expected === 'string' ? line === expected : withoutTime(line) === expected.stamped;
}

/** A user at a terminal. Every line must be expected, in order, with no other lines between. */
export class Seat {
  readonly #label: string;
  readonly #typist: TerminalDriver;
  #checked = 0;
  #prompt: string;

  /**
   * @param label The name printed before the terminal's lines.
   * @param args The program, and its arguments.
   * @param folder The program's working directory.
   */
  private constructor(label: string, args: readonly string[], prompt: string, folder = '.') {
    this.#label = label;
    this.#prompt = prompt;
    // Wide enough for every line of the scene to be one row.
    this.#typist = new TerminalDriver({ args, cwd: resolve(folder), columns: 200, rows: 50 });
  }

  /** A chat user, with a folder for files. */
  static forChat(label: string, url: string, folder: string): Seat {
    return new Seat(label, [resolve('dist/client/chat.mjs'), '--url', url], '>>', folder);
  }

  /** The administrator. */
  static forAdmin(url: string): Seat {
    return new Seat('admin', ['dist/client/admin.mjs', '--port', new URL(url).port], 'admin>>');
  }

  /** Waits for these lines. They must be the next ones. */
  async see(...lines: Expected[]): Promise<void> {
    const from = this.#checked;
    try {
      await this.#typist.see((rows) => lines.every((line, index) => fits(rows[from + index], line)));
    } catch (error) {
      throw new Error(
        `${this.#label} waits for\n${lines.map((line) => (typeof line === 'object' && 'stamped' in line ? line.stamped : line)).join('\n')}\n`,
        { cause: error },
      );
    }
    this.#checked += lines.length;
    for (const row of this.#typist.rows.slice(from, this.#checked)) this.#print(row);
  }

  /** Types a line at a prompt, and checks that it is echoed, unless it is a secret. */
  async enter(line: string, { secret = false } = {}): Promise<void> {
    const at = this.#checked;
    await this.#typist.see((rows) => rows.length === at + 1 && rows[at] === this.#prompt);
    this.#typist.enter(line);
    await this.see(secret ? this.#prompt : `${this.#prompt} ${line}`);
  }

  /** Answers a question that has no prompt before the answer. */
  async answer(line: string): Promise<void> {
    this.#typist.enter(line);
    await this.see(line);
  }

  /** Answers the questions for a user and a password. */
  async logIn(user: string, password: string): Promise<void> {
    await this.enter(user);
    await this.see('Please enter your password:');
    await this.enter(password, { secret: true });
  }

  /** Checks the lines after a successful login. */
  async seeWelcome(user: string): Promise<void> {
    await this.see(`Welcome to the chat room, ${user}! You are now logged in.`, 'Enter "help" to see the commands.');
    this.#prompt = `${user}>>`;
  }

  /** Checks the last lines and the client's exit code. */
  async seeEnd(exitCode: number, ...lines: Expected[]): Promise<void> {
    await this.see(...lines);
    const code = await this.#typist.exited;
    const { rows } = this.#typist;
    if (rows.length > this.#checked)
      throw new Error(`${this.#label}: unexpected: ${rows.slice(this.#checked).join('\n')}`);
    if (code !== exitCode) throw new Error(`${this.#label}: exit code ${code} instead of ${exitCode}`);
  }

  /** Closes the terminal. */
  close(): void {
    this.#typist.close();
  }

  #print(row: string): void {
    process.stdout.write(`${this.#label.padStart(10)} | ${row}\n`);
  }
}
