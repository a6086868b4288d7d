import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Clock } from '../clock.ts';
import { logFileLine } from '../logs/log-files.ts';

/** A log line of a function, or of Lambda about an invocation. */
export interface LogLine {
  /** The function's logical id. */
  readonly function: string;
  readonly requestId: string;
  readonly text: string;
}

/** Writes the functions' log to one file per run of the room, and passes it to listeners. */
export class FunctionLog {
  readonly file: string;
  readonly #stream: WriteStream;
  readonly #clock: Clock;
  readonly #listeners = new Set<(line: LogLine) => void>();

  constructor(file: string, clock: Clock) {
    this.file = file;
    this.#clock = clock;
    this.#stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
    // A full disk must not end the room. Listeners still get every line.
    this.#stream.on('error', (error) => process.stderr.write(`${file} is no longer written: ${error.message}\n`));
  }

  /** Calls the listener for every line from now on. The returned function ends the subscription. */
  subscribe(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  write(line: LogLine): void {
    // An environment may still write while it ends, after the file is closed.
    if (this.#stream.writable) this.#stream.write(logFileLine(this.#clock.now(), line.function, line.text));
    for (const listener of this.#listeners) listener(line);
  }

  async close(): Promise<void> {
    if (this.#stream.closed) return;
    this.#stream.end();
    await once(this.#stream, 'close').catch(() => undefined);
  }
}

// The limit of the header X-Amz-Log-Result.
const tailBytes = 4096;

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
const bytesPerEvent = 26;

/** The log of one invocation: passes each line on, and keeps the last 4 KB. */
export class InvocationLog {
  readonly #log: FunctionLog;
  readonly #function: string;
  readonly #requestId: string;
  #tail = '';
  #ownBytes = 0;

  constructor(log: FunctionLog, logicalId: string, requestId: string) {
    this.#log = log;
    this.#function = logicalId;
    this.#requestId = requestId;
  }

  /** The last 4 KB. */
  get tail(): string {
    return this.#tail;
  }

  /** Bytes that the function itself has written, as CloudWatch Logs meters them. */
  get ownBytes(): number {
    return this.#ownBytes;
  }

  line(text: string): void {
    this.#tail = `${this.#tail}${text}\n`.slice(-tailBytes);
    this.#log.write({ function: this.#function, requestId: this.#requestId, text });
  }

  /** Adds output of the function, which may have several lines. */
  output(text: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) {
      this.#ownBytes += Buffer.byteLength(line) + bytesPerEvent;
      this.line(line);
    }
  }
}
