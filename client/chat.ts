import { WriteStream } from 'node:tty';
import { Command, InvalidArgumentError } from 'commander';
import { complete } from './chat/complete.ts';
import { NamesSeen } from './chat/names-seen.ts';
import { runChat } from './chat/run-chat.ts';
import { InteractiveScreen } from './terminal/interactive-screen.ts';
import { PlainScreen } from './terminal/plain-screen.ts';
import type { Screen } from './terminal/screen.ts';

const usageError = 2;

function roomAddress(text: string): string {
  if (!URL.canParse(text) || !/^wss?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('A room has an address like ws://127.0.0.1:9000 or wss://chat.example.com/prod.');
  }
  return text;
}

const program = new Command('chat')
  .description('Joins a chat room. Input that is no terminal is read as commands, one a line; at its end you log out.')
  .option('--url <address>', 'the address of the room (ws://… or wss://…)', roomAddress, 'ws://127.0.0.1:9000')
  .allowExcessArguments(false)
  .addHelpText(
    'after',
    '\nExit codes: 0 you have left; 1 you could not come in, or were not let stay; 2 this command was misused.',
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageError))
  .parse();

const interruption = new AbortController();

/** Whoever cannot wait for the goodbyes asks twice. */
function leave(): void {
  if (interruption.signal.aborted) process.exit(1);
  interruption.abort();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);

/** In bits. Only who asks for it gets colours in a file. */
function colourDepth(output: NodeJS.WriteStream): number {
  if (!output.isTTY && process.env['FORCE_COLOR'] === undefined) return 1;
  return WriteStream.prototype.getColorDepth();
}

const names = new NamesSeen();

function openScreen(): Screen {
  const { stdin: input, stdout: output } = process;
  if (!input.isTTY) return new PlainScreen(input, output, () => interruption.abort(), colourDepth(output));
  // The terminal would show the passwords.
  if (!output.isTTY) program.error('Input from a terminal needs output to it as well.', { exitCode: usageError });
  return new InteractiveScreen({ input, output, interrupted: leave, complete: (line) => complete(line, names) });
}

const asWanted = await runChat({
  url: program.opts<{ url: string }>().url,
  screen: openScreen(),
  interruption: interruption.signal,
  names,
});
// Nothing that is still open, such as a connection being made, keeps the program; what it said is written first.
process.stdout.write('', () => process.exit(asWanted ? 0 : 1));
