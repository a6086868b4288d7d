import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A line of the functions' log, with its position. */
export interface LoggedLine {
  /** `<file>:<offset of its first byte>` */
  readonly id: string;
  /** Epoch milliseconds, on the room's clock. */
  readonly timestamp: number;
  /** The function's logical id. */
  readonly function: string;
  readonly text: string;
}

const prefix = 'functions-';

/** The name of a run's log file. Names sort in the order of the runs. */
export const logFileName = (startedAt: Date): string => `${prefix}${startedAt.toISOString().replaceAll(':', '-')}.log`;

/** The names of the log files in a folder, oldest first. */
export async function logFileNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith(prefix)).sort();
}

/** A line in the format of a log file. */
export const logFileLine = (timestamp: number, logicalId: string, text: string): string =>
  `${new Date(timestamp).toISOString()}\t${logicalId}\t${text}\n`;

/** Reads the logs of this run and earlier ones. */
export class LogFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Reads the lines since a time (epoch ms), in order and on demand.
   * @param from the id of the line to begin with, which continues an earlier read.
   */
  async *linesSince(time: number, from?: string): AsyncGenerator<LoggedLine> {
    const [firstFile = '', firstOffset = ''] = from?.split(':') ?? [];
    for (const name of await logFileNames(this.#folder)) {
      if (name < firstFile) continue;
      const file = await open(join(this.#folder, name), 'r');
      try {
        const offset = name === firstFile ? Number(firstOffset) : await offsetOf(file, time);
        for await (const line of linesFrom(file, name, offset)) if (line.timestamp >= time) yield line;
      } finally {
        await file.close();
      }
    }
  }
}

async function* linesFrom(file: FileHandle, name: string, from: number): AsyncGenerator<LoggedLine> {
  const { size } = await file.stat();
  if (from >= size) return;
  // Stop at the current end: a line that is still being written belongs to the next read.
  const input = file.createReadStream({ start: from, end: size - 1, encoding: 'utf8', autoClose: false });
  let offset = from;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const next = offset + Buffer.byteLength(line) + 1;
    if (next > size) return;
    const [time = '', logicalId = '', ...text] = line.split('\t');
    const timestamp = Date.parse(time);
    if (!Number.isNaN(timestamp)) {
      yield { id: `${name}:${offset}`, timestamp, function: logicalId, text: text.join('\t') };
    }
    offset = next;
  }
}

const chunkBytes = 64 * 1024;

/** The offset of a line at or shortly before the first line of a time. A binary search, so that a long log is not read in full. */
async function offsetOf(file: FileHandle, time: number): Promise<number> {
  const chunk = Buffer.alloc(chunkBytes);
  const lineAfter = async (offset: number) => {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, offset);
    const end = chunk.subarray(0, bytesRead).indexOf('\n') + 1;
    return {
      start: offset + end,
      timestamp: end > 0 ? Date.parse(chunk.toString('latin1', end, end + 24)) : Number.NaN,
    };
  };
  let [low, high] = [0, (await file.stat()).size];
  while (high - low > chunkBytes) {
    const middle = Math.floor((low + high) / 2);
    const { timestamp } = await lineAfter(middle);
    if (timestamp < time) low = middle;
    else high = middle;
  }
  return low === 0 ? 0 : (await lineAfter(low)).start;
}
