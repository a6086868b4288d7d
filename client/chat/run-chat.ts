import { codeOf, type ExitCode, exitCodes } from '../exit-codes.ts';
import { ConnectError, ConnectionEndedError, connect, type Ending, type Timing } from '../room/index.ts';
import type { Attention } from '../terminal/attention.ts';
import type { Line } from '../terminal/line.ts';
import { UnreadableInputError } from '../terminal/plain-screen.ts';
import type { Screen } from '../terminal/screen.ts';
import { EndOfInput, wantsToTryAgain } from './ask.ts';
import type { ChatCommands } from './command-set.ts';
import { type Conversation, converse } from './conversation.ts';
import type { ConversationLog } from './conversation-log.ts';
import { Fates } from './fates.ts';
import { greet } from './greet.ts';
import { learnNames } from './learn-names.ts';
import { LoginDialog } from './login-dialog.ts';
import { MissedBlock } from './missed-block.ts';
import type { NamesSeen } from './names-seen.ts';
import { SentMessages } from './sent-messages.ts';
import { summaryOf } from './summary.ts';
import { endingLine, messageLine, noticeLine, nowLine, sentLine, texts } from './texts.ts';
import { Transfers } from './transfers.ts';

export interface ChatOptions {
  readonly url: string;
  /** The user to log in as, if given in advance. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly screen: Screen;
  readonly timing?: Partial<Timing>;
  /** After a stop of the room, log in again when it opens. */
  readonly reconnect?: boolean;
  /** Replace a session of the same user without a question. */
  readonly takeOver?: boolean;
  /** Aborted when the user wants to leave at once. */
  readonly interruption: AbortSignal;
  /** Notes the users and files that are mentioned. */
  readonly names: NamesSeen;
  readonly commands: ChatCommands;
  /** Carries out a line that does not begin with a slash: `broadcast`, `message Bob`. */
  readonly defaultCommand?: string | undefined;
  readonly attention?: Attention | undefined;
  readonly log?: ConversationLog | undefined;
  /** Reports what became of piped commands, beside the conversation. */
  complain(message: string): void;
}

/** The result of a visit. */
interface Outcome {
  /** The last lines on the screen. */
  readonly lines: readonly string[];
  readonly code: ExitCode;
  /** Whether the user left by a command: then input after it is not meant to be carried out. */
  readonly hasQuit?: boolean;
}

/** One visit to a room, from the connection to the goodbye. */
export async function runChat(options: ChatOptions): Promise<ExitCode> {
  const { screen, complain } = options;
  const fates = new Fates(screen);
  screen.print(texts.greeting);
  const { lines, code, hasQuit = false } = await visit(options, fates);
  const leftOver = hasQuit ? undefined : screen.leftOver;
  screen.endInput();
  screen.print(...lines);
  for (const line of fates.report(leftOver)) complain(line);
  return fates.code(code, leftOver);
}

async function visit(options: ChatOptions, fates: Fates): Promise<Outcome> {
  const { url, user, password, screen, interruption, names, commands, defaultCommand, attention, log } = options;
  const { reconnect = false, timing = {}, takeOver = false } = options;
  const missed = new MissedBlock(screen);
  const interrupted = new Promise<'interrupted'>((resolve) => {
    interruption.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  const show = (line: Exclude<Line, string>) => {
    screen.print(line);
    log?.note(line);
  };
  if (log) log.failed = (why) => screen.print(why);
  const connecting = connect({
    url,
    timing,
    signal: interruption,
    message: (message, context) => {
      names.message(message);
      if (context.missed) missed.take(message);
      show(messageLine(message, names.me));
      attention?.said(summaryOf(message, names.me));
    },
    notice: (notice) => {
      names.notice(notice);
      show(noticeLine(notice));
    },
    reconnectAfterStop: reconnect,
    stopped: (message) => screen.print(nowLine(texts.waitingForStart(message))),
    busy: () => screen.print(texts.busy),
    waiting: sayAtTimes(() => screen.print(nowLine(texts.tooFast))),
    connection: (state) => screen.print(nowLine(state === 'lost' ? texts.connectionLost : texts.connectionRestored)),
  });
  const room = await Promise.race([interrupted, connecting]).catch((error: unknown) => {
    if (error instanceof ConnectError) return error;
    throw error;
  });
  const isBusy = room instanceof ConnectError && room.failure === 'busy';
  if (isBusy) {
    void interrupted.then(() => screen.endInput());
    if (await wantsToTryAgain(screen, texts.busyNow)) return visit(options, fates);
  }
  if (room === 'interrupted') return { lines: [texts.leaving], code: exitCodes.done };
  if (room instanceof ConnectError) {
    return { lines: [room.message], code: isBusy ? exitCodes.refused : exitCodes.unreachable };
  }

  const transfers = new Transfers(screen, room, names, fates);
  void interrupted.then(() => {
    transfers.abort();
    screen.endInput();
    return room.leave();
  });
  void room.ended.then(() => {
    transfers.abort();
    screen.endInput();
  });
  const sent = new SentMessages((message) => log?.note(sentLine(message, room.user)));
  const context = { screen, room, names, transfers, fates, sent, help: (about?: string) => commands.help(about) };
  const caughtUp = () => {
    missed.end();
    attention?.begin(texts.title(room.user ?? ''));
  };
  const known = { user, password, takeOver, defaultCommand };
  const outcome = await logInAndConverse(context, commands, known, caughtUp);
  attention?.end();
  await room.leave();
  return conclude(await room.ended, outcome);
}

async function logInAndConverse(
  context: Conversation,
  commands: ChatCommands,
  {
    takeOver,
    defaultCommand,
    ...known
  }: Pick<ChatOptions, 'user' | 'password' | 'defaultCommand'> & { takeOver: boolean },
  caughtUp: () => void,
): Promise<Outcome> {
  const { screen, room, names } = context;
  const dialog = new LoginDialog(screen, room, takeOver);
  try {
    let end = await dialog.run(known);
    while (end === 'full' && (await wantsToTryAgain(screen, texts.fullNow)))
      end = await dialog.run({ user: known.user });
    switch (end) {
      case 'full':
        return { lines: [screen.isAttended ? texts.leaving : texts.roomFull], code: exitCodes.refused };
      case 'stopped':
        return { lines: [endingLine({ reason: 'stop' })], code: exitCodes.unreachable };
      case 'refused':
        return { lines: [texts.leaving], code: exitCodes.refused };
      case 'quit':
        return { lines: [texts.leaving], code: exitCodes.done, hasQuit: true };
      case 'logged-in':
        names.me = room.user;
        names.learn = learnNames(room, names);
        screen.print(texts.welcome(room.user ?? ''));
        await greet(context, commands);
        if (defaultCommand !== undefined) screen.print(texts.defaultCommand(defaultCommand));
        await room.caughtUp();
        caughtUp();
        return { lines: [await converse(context, commands, defaultCommand)], code: exitCodes.done, hasQuit: true };
    }
  } catch (error) {
    if (error instanceof UnreadableInputError) return { lines: [error.message], code: exitCodes.refused };
    if (error instanceof EndOfInput || error instanceof ConnectionEndedError) {
      const wasRefused = dialog.wasRefused && !screen.isAttended;
      return { lines: [texts.leaving], code: wasRefused ? exitCodes.refused : exitCodes.done };
    }
    throw error;
  }
}

/** The last line. If the user left, it is the goodbye; otherwise the reason of the end. */
function conclude(ending: Ending, outcome: Outcome): Outcome {
  return ending.reason === 'logout' ? outcome : { lines: [endingLine(ending)], code: codeOf(ending) };
}

/** Milliseconds between two lines about the same thing that goes on. */
const silence = 60_000;

/** Calls back now, and later no more often than once in a while. */
function sayAtTimes(say: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - last > silence) say();
    last = now;
  };
}
