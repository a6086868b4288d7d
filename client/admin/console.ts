import { isYes } from '../commands/is-yes.ts';
import type { Screen } from '../terminal/screen.ts';
import { type ExitCode, exitCodes, messageOf } from './errors.ts';
import type { RoomAdmin } from './room-admin.ts';
import { type Outcome, type Output, runCommand } from './run-command.ts';

/** The interactive console: reads commands and carries them out, one after the other, until the input ends or `quit`. */
export class Console {
  readonly #admin: RoomAdmin;
  readonly #screen: Screen;
  readonly #output: Output;
  readonly #unread: AbortSignal;
  /** Cancels the running command. */
  #running: AbortController | undefined;
  #code: ExitCode = exitCodes.done;

  /** @param unread See {@link CommandContext.unread}. */
  constructor(admin: RoomAdmin, screen: Screen, output: Output, unread: AbortSignal = new AbortController().signal) {
    this.#unread = unread;
    this.#admin = admin;
    this.#screen = screen;
    this.#output = output;
  }

  /** The exit code of the last command. */
  get code(): ExitCode {
    return this.#code;
  }

  /**
   * @param isLast decides from a command's outcome whether the console ends.
   * @returns whether a command ended the console.
   */
  async run(isLast: (outcome: Outcome) => boolean = () => false): Promise<boolean> {
    for (;;) {
      const line = await this.#screen.read('admin>> ', 'command');
      if (line === undefined) return false;
      for (const command of await this.#commandsIn(line)) {
        const outcome = await this.runLine(command);
        if (outcome.result === 'quit') return false;
        this.#code = outcome.result;
        if (isLast(outcome)) return true;
      }
    }
  }

  /** The lines to carry out: one, unless several were pasted. */
  async #commandsIn(line: string): Promise<string[]> {
    const isPaste = this.#screen.wasPasted;
    const commands = (isPaste ? line.split('\n') : [line]).filter((one) => one.trim() !== '');
    if (!isPaste) return commands;
    this.#output.note(
      `You have pasted ${commands.length} lines. Carry them out as commands, one after the other? (y/n)`,
    );
    const answer = await this.#screen.read('', 'answer');
    return isYes(answer ?? '') ? commands : [];
  }

  /** Carries out one line. */
  async runLine(line: string): Promise<Outcome> {
    this.#running = new AbortController();
    try {
      return await runCommand(line, this.#output, {
        admin: this.#admin,
        signal: this.#running.signal,
        unread: this.#unread,
        ask: (question) => {
          this.#output.note(question);
          return this.#screen.read('', 'answer');
        },
      });
    } catch (error) {
      // An unexpected error does not end the console, because ending it may stop the room.
      this.#output.error('failed', `The console failed: ${messageOf(error)}`);
      return { result: exitCodes.unreachable };
    } finally {
      this.#running = undefined;
    }
  }

  /** Cancels the running command, if there is one. @returns whether there was. */
  interrupt(): boolean {
    if (!this.#running) return false;
    this.#running.abort();
    // The command may be waiting for an answer.
    this.#screen.withdraw();
    return true;
  }
}
