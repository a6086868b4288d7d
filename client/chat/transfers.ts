import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TransferOptions } from '../files/index.ts';
import { type Progress, Speedometer } from '../files/progress.ts';
import { ConnectionEndedError, type RoomConnection } from '../room/index.ts';
import type { Screen } from '../terminal/screen.ts';
import { localDate, localTime } from '../times.ts';
import type { FileTransfers } from './chat-command.ts';
import type { Fates } from './fates.ts';
import { fileTexts } from './file-texts.ts';
import type { NamesSeen } from './names-seen.ts';
import { findOwnFiles, type OwnFile } from './own-files.ts';
import { progressLine } from './progress-line.ts';
import { withMeant } from './suggest.ts';
import { type ErrorSubject, errorLine } from './texts.ts';

/** Milliseconds between two updates of the progress lines. A shorter transfer shows none. */
const redrawInterval = 200;

/** Loaded with the first transfer. */
const files = () => import('../files/index.ts');

/** A transfer that is running. */
interface Running {
  readonly what: string;
  readonly speedometer: Speedometer;
  progress: Progress | undefined;
  readonly done: Promise<void>;
}

/** The file transfers of a visit. They run in the background, and each prints its result. */
export class Transfers implements FileTransfers {
  readonly #screen: Screen;
  readonly #room: RoomConnection;
  readonly #names: NamesSeen;
  readonly #fates: Fates;
  readonly #aborted = new AbortController();
  readonly #running = new Set<Running>();
  #redrawing: NodeJS.Timeout | undefined;

  constructor(screen: Screen, room: RoomConnection, names: NamesSeen, fates: Fates) {
    this.#screen = screen;
    this.#room = room;
    this.#names = names;
    this.#fates = fates;
  }

  async send(to: string, typed: string): Promise<void> {
    for (const file of await findOwnFiles(typed)) this.#send(to, file);
  }

  #send(to: string, path: OwnFile): void {
    const name = basename(String(path));
    this.#start(`${name} to ${to}`, { user: to, name }, async (options) => {
      const { sendFile } = await files();
      const accepted = (announced: string) => this.#screen.print(fileTexts.sending(name, announced, to));
      const sent = await sendFile(this.#room, { ...options, to, path, accepted });
      return [fileTexts.sent(sent.name)];
    });
  }

  /** Starts to send a text as a file, named after the time. */
  sendText(to: string, text: string): void {
    const now = new Date();
    const name = `message ${localDate(now)} ${localTime(now).replaceAll(':', '.')}.txt`;
    this.#start(`${name} to ${to}`, { user: to, name }, async (options) => {
      const { sendFile } = await files();
      const folder = await mkdtemp(join(tmpdir(), 'chat-'));
      try {
        const path = join(folder, name);
        await writeFile(path, `${text}\n`, { mode: 0o600 });
        const accepted = () => this.#screen.print(fileTexts.sending(name, name, to));
        await sendFile(this.#room, { ...options, to, path, accepted });
        return [fileTexts.sent(name)];
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  /** Starts to receive a file that a user has sent, into the working directory. */
  get(from: string, name: string): void {
    this.#start(`${name} from ${from}`, { user: from, name }, async (options) => {
      const { getFile } = await files();
      const accepted = (size: number) => this.#screen.print(fileTexts.receiving(name, size, from));
      const got = await getFile(this.#room, { ...options, from, name, folder: process.cwd(), accepted });
      this.#names.settled({ from, name });
      return [fileTexts.received(name), fileTexts.savedAs(got.path)];
    });
  }

  /**
   * Declines a file that a user has sent.
   * @throws as `declineFile`.
   */
  async decline(from: string, name: string): Promise<void> {
    const { declineFile } = await files();
    await declineFile(this.#room, { from, name, folder: process.cwd() });
    this.#names.settled({ from, name });
  }

  /** Resolves when no transfer is running. */
  async finish(): Promise<void> {
    if (this.#running.size > 0 && !this.#aborted.signal.aborted)
      this.#screen.print(fileTexts.finishing(this.#running.size));
    await Promise.all([...this.#running].map(({ done }) => done));
  }

  /** Aborts all transfers, and prints no more about them. */
  abort(): void {
    this.#aborted.abort();
  }

  #start(
    what: string,
    subject: ErrorSubject,
    transfer: (options: TransferOptions) => Promise<readonly string[]>,
  ): void {
    const { signal } = this.#aborted;
    const line = this.#screen.linesRead;
    const progress = (one: Progress) => {
      running.progress = one;
    };
    const done = transfer({ signal, progress }).then(
      (lines) => this.#end(running, () => this.#screen.print(...lines)),
      (error: unknown) => {
        if (!(error instanceof Error)) throw error;
        const { done, total } = running.progress ?? { done: 0, total: 1 };
        // With all bytes moved, the file may have arrived.
        this.#fates.note(line, done === total ? 'unclear' : 'failed');
        const isOver = signal.aborted || error instanceof ConnectionEndedError;
        this.#end(
          running,
          () => isOver || this.#screen.print(errorLine(error, withMeant(error, subject, this.#names))),
        );
      },
    );
    const running: Running = { what, speedometer: new Speedometer(), progress: undefined, done };
    this.#running.add(running);
    this.#redrawing ??= setInterval(() => this.#draw(), redrawInterval);
  }

  #end(running: Running, tell: () => unknown): void {
    this.#running.delete(running);
    if (this.#running.size === 0) {
      clearInterval(this.#redrawing);
      this.#redrawing = undefined;
    }
    this.#draw();
    tell();
  }

  #draw(): void {
    this.#screen.status(
      ...[...this.#running].flatMap(({ what, progress, speedometer }) => {
        if (!progress) return [];
        speedometer.note(progress.done);
        return [progressLine(what, progress, speedometer)];
      }),
    );
  }
}
