import { Command, InvalidArgumentError } from 'commander';

export interface EmulatorArguments {
  readonly endpoint: string | undefined;
  readonly rest: readonly string[];
}

/** Parses the emulator's address and the other arguments. */
export function parseEndpoint(name: string, description: string, argv: readonly string[]): EmulatorArguments {
  const command = new Command(name)
    .description(description)
    .option('--endpoint <url>', 'address of a running emulator, such as http://127.0.0.1:4566', origin)
    .argument('[scenes...]', 'scenes to play; default: all')
    .parse(argv, { from: 'user' });
  return { endpoint: command.opts<{ endpoint?: string }>().endpoint, rest: command.args };
}

function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && url.pathname === '/') return url.origin;
  throw new InvalidArgumentError('Give an http:// address without a path.');
}
