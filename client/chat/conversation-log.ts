import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { UsageError } from '../config/errors.ts';
import { osReason } from '../files/os-errors.ts';
import type { Line } from '../terminal/line.ts';
import { Painter } from '../terminal/painter.ts';
import { localDate, localTime } from '../times.ts';

/** A file to which a conversation is appended: each message with its date and time. */
export class ConversationLog {
  readonly #path: string;
  readonly #painter = new Painter(1);
  #file: number | undefined;
  /** Called once, if the file can be written no more. */
  failed: (why: string) => void = () => {};

  private constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Opens or creates the file. Only its owner can read a new one.
   * @throws {UsageError}
   */
  static open(path: string): ConversationLog {
    try {
      // Without O_NONBLOCK a named pipe would block.
      const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);
      const file = openSync(path, flags, 0o600);
      if (fstatSync(file).isFile()) return new ConversationLog(path, file);
      closeSync(file);
    } catch (error) {
      throw new UsageError(`The log "${path}" cannot be written: ${osReason(error)}.`);
    }
    throw new UsageError(`The log "${path}" cannot be written: it is not a file.`);
  }

  note(line: Exclude<Line, string>): void {
    if (this.#file === undefined) return;
    const at = line.at ?? new Date();
    const bytes = Buffer.from(`${localDate(at)} ${localTime(at)} ${this.#painter.line(line)}\n`);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
    } catch (error) {
      closeSync(this.#file);
      this.#file = undefined;
      this.failed(`The log "${this.#path}" can be written no more: ${osReason(error)}.`);
    }
  }
}
