import prettyBytes from 'pretty-bytes';
import type { Result } from '../../protocol/index.ts';
import type { RefusalError } from '../room/common.ts';
import { localMoment } from '../times.ts';

/** A file that waits for the user. */
type Offered = NonNullable<Result<'fileget'>['files']>[number];

/** What the terminal client prints about transfers. */
export const fileTexts = {
  sending: (name: string, announced: string, to: string) =>
    name.normalize('NFC') === announced
      ? `Sending "${announced}" to ${to} ...`
      : `Sending "${announced}" (here "${name}") to ${to} ...`,
  sent: (name: string) => `The room has received the file "${name}".`,
  offered: ({ from, name, size, sentAt }: Offered) =>
    `File "${name.replaceAll('"', '\\"')}" from "${from}", ${prettyBytes(size)}, sent ${localMoment(new Date(sentAt))}.`,
  receiving: (name: string, size: number, from: string) =>
    `Receiving "${name}" (${prettyBytes(size)}) from ${from} ...`,
  received: (name: string) => `The file "${name}" has been received.`,
  savedAs: (path: string) => `It was saved as "${path}".`,
  finishing: (count: number) =>
    count === 1
      ? 'Waiting for 1 file transfer to finish. Press Ctrl+C to cancel it.'
      : `Waiting for ${count} file transfers to finish. Press Ctrl+C to cancel them.`,
} as const;

/** Why the room refused a command about a file. Undefined if the general text applies. */
export function fileRefusal(
  { code, details }: RefusalError,
  user: string,
  name: string,
  question = 'Enter "/fileget" to list your files.',
): string | undefined {
  switch (code) {
    case 'no-such-file':
      return `There is no file "${name}" from "${user}". ${question}`;
    case 'file-exists':
      return `A file "${name}" from you is already waiting for ${user}. Rename yours, or try again later.`;
    case 'file-too-large':
      return details.limit === undefined
        ? undefined
        : `The file "${name}" is too large. The limit is ${prettyBytes(details.limit, { binary: true })}.`;
    case 'to-self':
      return 'You cannot send a file to yourself.';
    case 'blocked':
      return `${user} has blocked you, so you cannot send them files.`;
    default:
      return undefined;
  }
}
