import type * as Program from './console-entry.ts';
import { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** What a command of the console has come to. */
export interface ConsoleOutcome {
  readonly isDone: boolean;
  /** The code of a refusal, or of another error. */
  readonly error?: string;
  /** The result that it printed. */
  readonly value?: unknown;
}

/** The pause (ms) before an administrator tries a command again. */
const pause = 3_000;

/** The administrator's console, with its real commands. */
export class Console {
  readonly #world: World;
  readonly #program: typeof Program;

  constructor(world: World) {
    this.#world = world;
    const program = world.programs.get('console-entry');
    if (!program) throw new Error('there is no console');
    this.#program = program(new SimulatedProcess(world, 'console'), {}) as typeof Program;
  }

  /** Runs a command line again and again, until it works or is refused for one of these reasons. */
  async run(line: string, final: readonly string[] = []): Promise<ConsoleOutcome> {
    for (;;) {
      const outcome = await this.#attempt(line);
      this.#world.scheduler.note(`the console: ${line}: ${outcome.error ?? 'done'}`);
      if (outcome.isDone || final.includes(outcome.error ?? '')) return outcome;
      await this.#world.scheduler.pause(pause);
    }
  }

  async #attempt(line: string): Promise<ConsoleOutcome> {
    const { RoomAdmin, runCommand, exitCodes } = this.#program;
    const { signal } = new AbortController();
    const printed: { value?: unknown; error?: string } = {};
    const output = {
      show: (value: unknown) => {
        printed.value = value;
      },
      note: () => {},
      error: (code: string) => {
        printed.error = code;
      },
    };
    const admin = new RoomAdmin(async () => ({ invoke: (payload) => this.#invoke(payload) }));
    const { result } = await runCommand(line, output, { admin, signal, unread: signal });
    return { isDone: result === exitCodes.done, ...printed };
  }

  #invoke(payload: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#world.lambda.invoke('admin', payload, (result) => {
        if ('error' in result) reject(new this.#program.UnreachableError(result.error));
        else resolve(JSON.parse(JSON.stringify(result.payload)));
      });
    });
  }
}
