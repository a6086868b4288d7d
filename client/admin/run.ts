import { jsonLine } from '../terminal/json-line.ts';
import type { Screen } from '../terminal/screen.ts';
import type { Desk } from './desk.ts';
import { type ExitCode, exitCodes, messageOf, RefusedError, UnreachableError, UsageError } from './errors.ts';
import type { RoomAdmin } from './room-admin.ts';
import { helpLines, understand, wordsSaid } from './understand.ts';

/** Where a command's results and complaints go. */
export interface Voice {
  show: Desk['show'];
  note: Desk['note'];
  /** Says why something was not done. */
  complain(code: string, message: string): void;
}

/** Carries out what was said once. */
export async function runOnce(
  said: string | readonly string[],
  { show, note, complain }: Voice,
  desk: Omit<Desk, 'show' | 'note'>,
): Promise<ExitCode> {
  try {
    const [first, ...about] = wordsSaid(said);
    if (first === 'help') {
      note(...helpLines(about));
      return exitCodes.done;
    }
    const { command, typed } = understand(said);
    return (await command.run({ ...desk, show, note }, typed)) ?? exitCodes.done;
  } catch (error) {
    if (error instanceof RefusedError) {
      complain(error.code, error.message);
      return exitCodes.refused;
    }
    if (error instanceof UsageError) {
      complain('misused', error.message);
      return exitCodes.misused;
    }
    if (!(error instanceof UnreachableError)) throw error;
    complain('unreachable', error.message);
    return exitCodes.unreachable;
  }
}

const farewells: ReadonlySet<string> = new Set(['quit', 'exit']);

/** The console: reads commands and carries them out, one after the other, until there is no more input or it is left. */
export class Console {
  readonly #admin: RoomAdmin;
  readonly #screen: Screen;
  readonly #voice: Voice;
  readonly #unread: AbortSignal;
  /** Of the command under way. */
  #running: AbortController | undefined;
  #code: ExitCode = exitCodes.done;

  /** @param unread see {@link Desk.unread}. */
  constructor(admin: RoomAdmin, screen: Screen, voice: Voice, unread: AbortSignal = new AbortController().signal) {
    this.#unread = unread;
    this.#admin = admin;
    this.#screen = screen;
    this.#voice = voice;
  }

  /** The exit code of the last command. */
  get code(): ExitCode {
    return this.#code;
  }

  /**
   * @param isLast whether a command that came to this is the last one.
   * @returns whether that was how it ended.
   */
  async run(isLast: (said: string, code: ExitCode) => boolean = () => false): Promise<boolean> {
    for (;;) {
      const line = await this.#screen.read('admin>> ', 'command');
      const said = line?.trim();
      if (said === undefined || farewells.has(said.toLowerCase())) return false;
      if (said === '') continue;
      this.#code = await this.say(said);
      if (isLast(said, this.#code)) return true;
    }
  }

  /** Carries out one line. */
  async say(line: string): Promise<ExitCode> {
    this.#running = new AbortController();
    try {
      return await runOnce(line, this.#voice, {
        admin: this.#admin,
        signal: this.#running.signal,
        unread: this.#unread,
        ask: (question) => {
          this.#voice.note(question);
          return this.#screen.read('', 'answer');
        },
      });
    } catch (error) {
      // Nobody's fault but the console's own, and no reason to leave, which may be to close a room.
      this.#voice.complain('failed', `The console failed at this: ${messageOf(error)}`);
      return exitCodes.unreachable;
    } finally {
      this.#running = undefined;
    }
  }

  /** Ends the command under way, if one is; false if none was. */
  interrupt(): boolean {
    if (!this.#running) return false;
    this.#running.abort();
    // The question it may have asked.
    this.#screen.withdraw();
    return true;
  }
}

/** A voice on a screen: for a person, or, with `json`, one value a line. */
export function voiceOn(out: (...lines: string[]) => void, err: (...lines: string[]) => void, json: boolean): Voice {
  return {
    show: (value, ...lines) => out(...(json ? [jsonLine(value)] : lines)),
    note: (...lines) => {
      if (!json) out(...lines);
    },
    complain: (code, message) =>
      err(json ? jsonLine({ error: { code, message } }) : message.startsWith('Error!') ? message : `Error! ${message}`),
  };
}
