import { WriteStream } from 'node:tty';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ChatCommands } from './chat/command-set.ts';
import { ConversationLog } from './chat/conversation-log.ts';
import { NamesSeen } from './chat/names-seen.ts';
import { completeOwnFile } from './chat/own-files.ts';
import { runChat } from './chat/run-chat.ts';
import { isDamaged } from './config/encoding.ts';
import { UnknownAddressError, UsageError } from './config/errors.ts';
import { findRoom, isExposed, type Wanted } from './config/find-room.ts';
import { askPassword, givenPassword } from './config/password.ts';
import { refuseFolder } from './config/stdin.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { Attention } from './terminal/attention.ts';
import { discardTyping } from './terminal/discard-typing.ts';
import { InteractiveScreen } from './terminal/interactive-screen.ts';
import { colourDepthOf, columnsOf } from './terminal/painter.ts';
import { PlainScreen } from './terminal/plain-screen.ts';
import { printable } from './terminal/printable.ts';
import type { Screen } from './terminal/screen.ts';
import { isClosedPipe, UnwrittenError, unwritten } from './terminal/unwritten.ts';

function descriptor(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give the number of an open file descriptor.');
}

const { stdin, stdout, stderr } = process;
const interruption = new AbortController();

/** The first signal logs out; a second one exits at once. */
function leave(): void {
  if (interruption.signal.aborted) process.exit(exitCodes.unclear);
  interruption.abort();
}

function leaveAtSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
}

/** Why the output could not be written, if so. */
let failedWrite: Error | undefined;

stdout.on('error', (error) => {
  failedWrite ??= error;
  interruption.abort();
});
// Nobody can be told.
stderr.on('error', () => {});

const program = new Command('chat')
  .description(
    'Joins a chat room. Piped input is read as commands, one a line; at its end you log out.\n' +
      'With a command below, does only that (for scripts).',
  )
  .option('--url <address>', 'the address of the room (ws://… or wss://…)')
  .option('--stack <name>', 'the room of this deployed stack, with the usual AWS profile and Region')
  .option('--profile <name>', 'the room and the user that are remembered under this name')
  .option('--user <name>', 'log in as this user')
  .option('--password-fd <number>', 'read the password from this file descriptor', descriptor)
  .option('--reconnect', 'after a stop of the room, log in again when it opens')
  .option('--take-over', 'if you are logged in elsewhere, continue here instead')
  .addOption(
    new Option(
      '--default <command>',
      'send a line that does not begin with a slash by this: broadcast, "message Bob"',
    ).env('CHAT_DEFAULT'),
  )
  .addOption(
    new Option('--notify <how>', 'bell, notification and title for private messages and mentions')
      .choices(['on', 'off'])
      .default('on')
      .env('CHAT_NOTIFY'),
  )
  .option('--log <file>', 'append the conversation to this file')
  .option('--json', 'for scripts: print data as JSON, one value a line')
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    `
A script's password is read from --password-fd, else from CHAT_PASSWORD, else asked for on the terminal.
Only data goes to stdout; errors go to stderr.

Exit codes: 0 done, or you have left; 1 not done: refused, not let in, not let stay; 2 not done: this command was misused;
3 not done: no room was found, or it was lost; 4 only a part was done, it is unknown whether it was done, or the output
could not be written: read stderr before you repeat it. A request that the room refuses as too fast waits and is sent again.`,
  )
  .exitOverride()
  .action(() => {
    const [word] = program.args;
    if (word !== undefined) program.error(`error: unknown command '${printable(word)}'; chat --help lists them`);
    return run(talkInPerson);
  });

program
  .command('send')
  .description('send a message to one user')
  .argument('<user>', 'the recipient')
  .argument('[text...]', 'what to say; read from stdin if it is left out')
  .action((to: string, words: string[]) =>
    run(async () => {
      const { send, by, output, spokenText } = await script();
      return send(by, output, to, await spokenText(words));
    }),
  );

program
  .command('broadcast')
  .description('send a message to every user')
  .argument('[text...]', 'what to say; read from stdin if it is left out')
  .action((words: string[]) =>
    run(async () => {
      const { broadcast, by, output, spokenText } = await script();
      return broadcast(by, output, await spokenText(words));
    }),
  );

program
  .command('tail')
  .description('print missed messages, then new messages, logins and logouts')
  .action(() =>
    run(async () => {
      const { tail, by, output } = await script();
      return tail(by, output);
    }),
  );

program
  .command('whoelse')
  .description('print the other users online')
  .action(() =>
    run(async () => {
      const { whoelse, by, output } = await script();
      return whoelse(by, output);
    }),
  );

const profile = program.command('profile').description('remember rooms and users by a name; never passwords');
profile
  .command('set')
  .description('remember --url (or the address of --stack) and --user')
  .argument('<name>', '"default" is used when neither --url, --stack nor --profile is given')
  .action((name: string) => run(async () => (await import('./script/profiles.ts')).setProfile(name, wanted())));
profile
  .command('list')
  .description('print them all')
  .action(() => run(async () => (await import('./script/profiles.ts')).listProfiles(output())));
profile
  .command('remove')
  .description('forget one')
  .argument('<name>')
  .action((name: string) => run(async () => (await import('./script/profiles.ts')).removeProfile(name)));

const wanted = () => ({
  json: false,
  reconnect: false,
  takeOver: false,
  ...program.opts<Wanted & Settings>(),
});

/** The default command. A script must not depend on what the environment sets for conversations in a terminal. */
const wantedDefault = () =>
  program.getOptionValueSource('default') === 'env' && !stdin.isTTY ? undefined : wanted().default;

interface Settings {
  readonly passwordFd?: number;
  readonly json?: true;
  readonly reconnect?: true;
  readonly takeOver?: true;
  readonly default?: string;
  readonly notify: 'on' | 'off';
  readonly log?: string;
}

const output = () => ({
  json: wanted().json,
  columns: columnsOf(stdout),
  write: (line: string) =>
    new Promise<void>((resolve, reject) => {
      stdout.write(`${line}\n`, (error) => {
        if (!error) resolve();
        else reject(isClosedPipe(error) ? error : unwritten(error));
      });
    }),
});

function complain(message: string): void {
  stderr.write(`${printable(message)}\n`);
}

/** Finds the room and the user, and warns if the connection is not protected. */
async function roomAndUser() {
  const found = await findRoom(wanted());
  if (isExposed(found.url)) {
    complain(
      `Warning: ${new URL(found.url).host} is reached without TLS. Others on the network can read your password and messages.`,
    );
  }
  return found;
}

/** The modules and options of scripts. A conversation does not load them. */
async function script() {
  const [scripts, { spokenText }] = await Promise.all([
    import('./script/scripts.ts'),
    import('./script/spoken-text.ts'),
  ]);
  const { url, user } = await roomAndUser();
  if (user === undefined) throw new UsageError('No user is given: use --user, or a profile with a user.');
  const password = givenPassword(wanted().passwordFd) ?? (await askPassword(user));
  const { reconnect, takeOver } = wanted();
  leaveAtSignals();
  return {
    ...scripts,
    spokenText,
    by: { url, user, password, reconnect, takeOver, interruption: interruption.signal, complain },
    output: output(),
  };
}

/** In bits. Output to a file has colours only if FORCE_COLOR is set. */
function colourDepth(): number {
  if (!stdout.isTTY && process.env['FORCE_COLOR'] === undefined) return 1;
  return colourDepthOf(WriteStream.prototype);
}

const names = new NamesSeen(completeOwnFile);
const commands = new ChatCommands();

function openScreen(): Screen {
  refuseFolder();
  if (!stdin.isTTY) return new PlainScreen(stdin, stdout, () => interruption.abort(), colourDepth());
  // Otherwise the terminal would echo the passwords.
  if (!stdout.isTTY) throw new UsageError('Input from a terminal needs output to it as well.');
  return new InteractiveScreen({
    input: stdin,
    output: stdout,
    interrupted: leave,
    complete: (line) => commands.complete(line, names),
  });
}

async function talkInPerson(): Promise<ExitCode> {
  if (wanted().json)
    throw new UsageError('--json does not go with a conversation: chat tail --json prints what is said.');
  const { url, user } = await roomAndUser();
  const password = user === undefined ? undefined : givenPassword(wanted().passwordFd);
  const { reconnect, takeOver, notify, log: logFile } = wanted();
  const defaultCommand = wantedDefault();
  if (defaultCommand !== undefined) commands.checkDefault(defaultCommand);
  const log = logFile === undefined ? undefined : ConversationLog.open(logFile);
  const screen = openScreen();
  leaveAtSignals();
  const { signal } = interruption;
  const visit = { url, user, password, screen, interruption: signal, names, commands, reconnect, takeOver, complain };
  const attention = screen.isAttended && notify === 'on' ? new Attention(stdin, stdout) : undefined;
  const code = await runChat({ ...visit, defaultCommand, attention, log });
  // The user did not want to leave, and may be typing.
  if (screen.isAttended && code !== exitCodes.done) await discardTyping(stdin);
  return code;
}

function refuseOtherEncodings(): void {
  if (process.argv.slice(2).some(isDamaged)) {
    throw new UsageError('An argument is not in UTF-8. A text can also be given on stdin.');
  }
}

async function run(task: () => Promise<ExitCode>): Promise<void> {
  const checked = async () => {
    refuseOtherEncodings();
    return task();
  };
  await exit(
    await checked().catch((error: unknown): ExitCode => {
      if (isClosedPipe(error)) return exitCodes.done;
      if (error instanceof UnwrittenError) {
        failedWrite = error;
        return exitCodes.unclear;
      }
      if (error instanceof UsageError) complain(`error: ${error.message}`);
      else if (error instanceof UnknownAddressError) complain(error.message);
      else throw error;
      return error instanceof UsageError ? exitCodes.misused : exitCodes.unreachable;
    }),
  );
}

/** Exits even if something is still open, such as a pending connection, but only after the output has been written. */
function exit(code: ExitCode): Promise<never> {
  return new Promise(() => {
    // The event of a failed write comes after its callback.
    const end = () => {
      if (!failedWrite || isClosedPipe(failedWrite)) process.exit(code);
      complain((failedWrite instanceof UnwrittenError ? failedWrite : unwritten(failedWrite)).message);
      process.exit(exitCodes.unclear);
    };
    const soon = () => setImmediate(end);
    if (stdout.writableLength > 0) stdout.write('', soon);
    else soon();
  });
}

// Excess arguments are allowed here because the default action reports unknown commands itself.
await program
  .allowExcessArguments()
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
    return exit(error.exitCode === 0 ? exitCodes.done : exitCodes.misused);
  });
