import fc from 'fast-check';
import { AutoRoom } from './auto-room.ts';
import { Seat } from './seat.ts';
import { exactPastes, streams } from './streams.ts';

export interface TypingOptions {
  /** How many random streams are typed. */
  readonly streams: number;
  readonly seed: number;
}

/** Streams that one client takes before the next one is started. */
const perClient = 200;
/** Clients at a time. They wait most of the time. */
const clients = 8;

/**
 * Types random streams of bytes, pastes, resizes and signals into the terminal client. The client must not crash, must
 * send nothing that was not entered, and must leave the terminal as it was. A failure is shrunk to the smallest stream
 * that shows it.
 */
export async function typing({ streams: count, seed }: TypingOptions) {
  const began = Date.now();
  const problems: string[] = [];
  const typists = Array.from({ length: Math.min(clients, count) }, (_, index) => new Typist(index % 2 === 0));
  await Promise.all(
    typists.map(async (typist, index) => {
      const share = Math.ceil(count / typists.length);
      const random = await fc.check(
        fc.asyncProperty(streams, exactPastes, fc.nat(9), (stream, text, kind) =>
          typist.run((seat) => (kind < 7 ? seat.play(stream) : seat.playExact(text, kind === 9))),
        ),
        { numRuns: share, seed: seed + index, endOnFailure: share > 100 },
      );
      typist.close();
      if (random.failed) problems.push(`${fc.defaultReportMessage(random)}\n${String(random.errorInstance)}`);
    }),
  );
  const starts = typists.reduce((sum, { starts }) => sum + starts, 0);
  return { problems, streams: count, starts, minutes: (Date.now() - began) / 60_000 };
}

/** Has one client at a time, with a room of its own. */
class Typist {
  readonly #marksPastes: boolean;
  #room: AutoRoom | undefined;
  #seat: Seat | undefined;
  #played = 0;
  starts = 0;

  constructor(marksPastes: boolean) {
    this.#marksPastes = marksPastes;
  }

  /** @throws Error with the problems. Then the next run begins with a new client. */
  async run(play: (seat: Seat) => Promise<string[]>): Promise<void> {
    this.#room ??= await AutoRoom.start();
    if (!this.#seat || this.#seat.hasEnded || this.#played >= perClient) {
      this.#seat?.close();
      this.#seat = await Seat.open(this.#room, this.#marksPastes);
      this.#played = 0;
      this.starts += 1;
    }
    this.#played += 1;
    const problems = await play(this.#seat);
    if (problems.length === 0) return;
    this.#seat.close();
    this.#seat = undefined;
    throw new Error(problems.join('\n'));
  }

  close(): void {
    this.#seat?.close();
    this.#room?.close();
  }
}
