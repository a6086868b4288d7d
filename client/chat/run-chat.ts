import { ConnectError, ConnectionEndedError, connect, type Ending, type RoomConnection } from '../room/index.ts';
import type { Screen } from '../terminal/screen.ts';
import { EndOfInput } from './ask.ts';
import { Entrance } from './enter.ts';
import { talk } from './talk.ts';
import { endingLine, messageLine, noticeLine, texts } from './texts.ts';

export interface ChatOptions {
  readonly url: string;
  readonly screen: Screen;
  /** Aborted when the user wants to leave at once. */
  readonly interruption: AbortSignal;
}

/** What a visit came to: the last lines on the screen, and whether it went as the user wanted. */
interface Outcome {
  readonly lines: readonly string[];
  readonly asWanted: boolean;
}

/**
 * One visit to a room, from the connection to the goodbye.
 * @returns Whether it ended as the user wanted.
 */
export async function runChat(options: ChatOptions): Promise<boolean> {
  const { screen } = options;
  screen.print(texts.greeting);
  const { lines, asWanted } = await visit(options);
  screen.endInput();
  screen.print(...lines);
  return asWanted;
}

async function visit({ url, screen, interruption }: ChatOptions): Promise<Outcome> {
  const missed = new MissedBlock(screen);
  const interrupted = new Promise<'interrupted'>((resolve) => {
    interruption.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  const connecting = connect({
    url,
    message: (message, context) => {
      if (context.missed) missed.begin();
      screen.print(messageLine(message));
    },
    notice: (notice) => screen.print(noticeLine(notice)),
    connection: (state) => screen.print(state === 'lost' ? texts.connectionLost : texts.connectionRestored),
  });
  const room = await Promise.race([connecting, interrupted]).catch((error: unknown) => {
    if (error instanceof ConnectError) return error;
    throw error;
  });
  if (room === 'interrupted') return { lines: [texts.leaving], asWanted: true };
  if (room instanceof ConnectError) return { lines: [room.message], asWanted: false };

  void interrupted.then(() => {
    screen.endInput();
    return room.leave();
  });
  void room.ended.then(() => screen.endInput());
  const outcome = await converse(screen, room, missed);
  await room.leave();
  return conclude(await room.ended, outcome);
}

async function converse(screen: Screen, room: RoomConnection, missed: MissedBlock): Promise<Outcome> {
  try {
    const entry = await new Entrance(screen, room).enter();
    switch (entry) {
      case 'full':
        return { lines: [texts.roomFull], asWanted: false };
      case 'stopped':
        return { lines: [endingLine({ reason: 'stop' })], asWanted: false };
      case 'quit':
        return { lines: [texts.leaving], asWanted: true };
      case 'entered':
        screen.print(texts.welcome(room.user ?? ''));
        await room.caughtUp();
        missed.end();
        return { lines: [(await talk(screen, room)) === 'logout' ? texts.loggedOut : texts.leaving], asWanted: true };
    }
  } catch (error) {
    if (error instanceof EndOfInput || error instanceof ConnectionEndedError) {
      return { lines: [texts.leaving], asWanted: true };
    }
    throw error;
  }
}

/** The user's own leaving keeps its own words; any other ending has the last one. */
function conclude(ending: Ending, outcome: Outcome): Outcome {
  return ending.reason === 'logout' ? outcome : { lines: [endingLine(ending)], asWanted: false };
}

/** The messages of while the user was not there, with a line above and one below, once in a visit. */
class MissedBlock {
  readonly #screen: Screen;
  #state: 'awaited' | 'begun' | 'over' = 'awaited';

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  begin(): void {
    if (this.#state !== 'awaited') return;
    this.#state = 'begun';
    this.#screen.print(texts.missed);
  }

  end(): void {
    if (this.#state === 'begun') this.#screen.print(texts.missedEnd);
    this.#state = 'over';
  }
}
