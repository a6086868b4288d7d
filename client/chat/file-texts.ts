import prettyBytes from 'pretty-bytes';
import type { RefusalError } from '../room/index.ts';

/** What the terminal client says about files, in the words of the program it follows. */
export const fileTexts = {
  sending: 'Now begin transfering, please wait...',
  sent: (name: string) => [
    'Transferring process succeeds.',
    `file "${name}" has been successfully received by the server.`,
  ],
  receiving: [
    'server ready, now client receive file',
    'Please wait until the "receive file success" notification has raised!...',
  ],
  received: 'receive file success!',
  savedAs: (savedAs: string) => `It is saved as "${savedAs}".`,
  finishing: (count: number) =>
    `${count === 1 ? 'A file is' : `${count} files are`} still on the way, and will be finished first. Ctrl+C gives up.`,
} as const;

/** Why the room refuses something about a file, where that can be said better than for any command. */
export function fileRefusal({ code, details }: RefusalError, user: string, name: string): string | undefined {
  switch (code) {
    case 'no-such-file':
      return `There is no file "${name}" from "${user}"! Please try again!..`;
    case 'file-exists':
      return `A file "${name}" from you is waiting for ${user} already.`;
    case 'file-too-large':
      return details.limit === undefined
        ? undefined
        : `The file "${name}" is too large: the room takes ${prettyBytes(details.limit, { binary: true })} at the most.`;
    case 'to-self':
      return 'You cannot send a file to yourself! Please try again!..';
    case 'blocked':
      return `You cannot send a file to ${user}, who has blocked you.`;
    default:
      return undefined;
  }
}
