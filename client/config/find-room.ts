import { devNull, homedir } from 'node:os';
import { UnknownAddressError, UsageError } from './errors.ts';
import { readProfiles } from './profiles.ts';

/** The default address of a local room. */
const localRoom = 'ws://127.0.0.1:9000';

/** The command line's options for the room and the user. */
export interface Wanted {
  readonly url?: string;
  /** Name of a deployed CloudFormation stack. */
  readonly stack?: string;
  readonly profile?: string;
  readonly user?: string;
}

export interface Found {
  readonly url: string;
  readonly user: string | undefined;
}

const isRoomAddress = (text: string): boolean => URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol);

/** @throws {UsageError} whose message does not contain the address, because it may contain a password. */
function checkAddress(address: string): void {
  if (!isRoomAddress(address)) {
    throw new UsageError('A room has an address like ws://127.0.0.1:9000 or wss://chat.example.com/prod.');
  }
  const { username, password } = new URL(address);
  if (username !== '' || password !== '') {
    throw new UsageError(
      "A room's address must not contain a user name or a password. See chat --help for how to pass them.",
    );
  }
}

/**
 * Finds the room and the user: from the command line, else from the profile (`default` if none is named), else the local
 * room.
 * @throws {UsageError | UnknownAddressError}
 */
export async function findRoom(wanted: Wanted): Promise<Found> {
  const found = await look(wanted);
  checkAddress(found.url);
  return found;
}

/** Whether the connection is unprotected: the room is on another machine, and TLS is off. */
export function isExposed(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'ws:' && !/^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

async function look({ url, stack, profile: name, user }: Wanted): Promise<Found> {
  if (url !== undefined && stack !== undefined) throw new UsageError('Give either --url or --stack.');
  const said = url ?? (stack === undefined ? undefined : await addressOf(stack));
  if (said !== undefined && name === undefined) return { url: said, user };
  const profile = (await readProfiles())[name ?? 'default'];
  if (name !== undefined && profile === undefined) throw new UsageError(`There is no profile "${name}".`);
  return { url: said ?? profile?.url ?? localRoom, user: user ?? profile?.user };
}

/** The WebSocket address of a deployed stack. The AWS SDK is loaded only here. */
async function addressOf(stack: string): Promise<string> {
  // Hide the SDK's advice on Node versions, which does not concern users of the chat.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  if (!hasHome()) process.env['HOME'] = devNull;
  const { stackOutputs } = await import('../aws/stack-outputs.ts');
  const outputs = await stackOutputs(stack).catch((error: Error) => {
    throw new UnknownAddressError(`The stack ${stack} could not be looked up: ${error.message}`);
  });
  const url = outputs.get('WebSocketUrl');
  if (url === undefined || !isRoomAddress(url)) {
    throw new UnknownAddressError(`The stack ${stack} has no output WebSocketUrl, so it is not a chat room.`);
  }
  return url;
}

/** Whether the user has a home folder. Without one, the SDK fails outside of any promise of ours. */
function hasHome(): boolean {
  try {
    return homedir() !== '';
  } catch {
    return false;
  }
}
