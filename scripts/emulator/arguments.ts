import { Command, InvalidArgumentError } from 'commander';

/** The address of an emulator, from a command line. */
export function parseEndpoint(
  name: string,
  description: string,
  argv: readonly string[],
): { endpoint: string; rest: string[] } {
  const command = new Command(name)
    .description(description)
    .requiredOption('--endpoint <url>', 'address of the emulator, such as http://127.0.0.1:4566', origin)
    .argument('[files...]', 'scenes to play; all unless told')
    .parse(argv, { from: 'user' });
  return { endpoint: command.opts<{ endpoint: string }>().endpoint, rest: command.args };
}

function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && url.pathname === '/') return url.origin;
  throw new InvalidArgumentError('Give an http:// address without a path.');
}
