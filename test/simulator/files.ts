import { sha256 } from './bucket.ts';
import type { ShownMessage } from './client-entry.ts';
import type { Item } from './dynamodb/evaluate.ts';
import type { History } from './history.ts';
import type { World } from './world.ts';

/** A file that a user has announced. Its content is unique. */
export interface SentFile {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly content: string;
  readonly announcedAt: number;
  /** When its only upload began; infinity if none did. */
  triedAt: number;
  /** When the bytes were uploaded; infinity if they were not. */
  uploadedAt: number;
  /** How often its recipient has asked the room to end it. */
  asked: number;
  /** When it had waited for too long (epoch ms). */
  expiredAt?: number;
  /** Whether a message about it has expired. */
  isForgotten?: true;
  /** How it has ended, as the room has confirmed. */
  ended: 'file-received' | 'file-declined' | undefined;
}

/** The room gives up an upload after some six minutes, and finds out within a minute. Calls take their time. */
export const filesSettle = 10 * 60_000;

/** How a message about a file is shown. */
export const fileText = (event: string, other: string, name: string): string => `${event} ${other} ${name}`;

/** What identifies a message. */
export function textOf(message: ShownMessage): string {
  switch (message.event) {
    case 'message':
    case 'broadcast':
      return message.text;
    case 'file':
      return fileText(message.event, message.from, message.name);
    case 'file-failed':
      return fileText(message.event, message.to, message.name);
    case 'file-received':
    case 'file-declined':
      return fileText(message.event, message.by, message.name);
  }
}

/** Judges the files of a day, when none can change any more. */
export function judgeFiles(world: World): void {
  const { history, database, bucket, scheduler } = world;
  for (const file of history.files) {
    announcedOnce(world, file);
    hiddenFromBlocker(world, file);
    endedOnce(world, file);
  }
  const records = database.model.table('fileRecords').all();
  for (const file of history.files)
    stillThere(
      world,
      file,
      records.find(({ name }) => name === file.name),
    );
  for (const { state, dueAt, objectKey } of records) {
    if (Number(dueAt) < scheduler.now - 3 * 60_000) world.violated(`a file is still ${state}: ${objectKey}`);
  }
  for (const key of bucket.keys('files/')) {
    if (!records.some(({ objectKey }) => objectKey === key)) world.violated(`bytes without a record: ${key}`);
  }
}

/** Under how many numbers a user has seen a text, before a time. */
export const shownTo = (history: History, user: string, text: string, before = Number.POSITIVE_INFINITY): number =>
  new Set(
    history.visits
      .filter((visit) => visit.user === user)
      .flatMap(({ shown }) => shown.filter((one) => one.text === text && one.at < before).map(({ seq }) => seq)),
  ).size;

/** The recipient is told once of a file that was uploaded. If not, the sender is told that it failed. */
function announcedOnce(world: World, file: SentFile): void {
  const { from, to, name, uploadedAt, announcedAt } = file;
  const { history } = world;
  // Another account of the same name is told of its own files.
  if (![from, to].every((user) => history.accounts.isSameSince(user, announcedAt))) return;
  const told = shownTo(history, to, fileText('file', from, name));
  const failed = shownTo(history, from, fileText('file-failed', to, name));
  if (told > 1) world.violated(`${to} is told ${told} times of the file ${name}`);
  if (failed > 1) world.violated(`${from} is told ${failed} times that the file ${name} has failed`);
  if (file.isForgotten) return;
  if (file.expiredAt !== undefined && file.asked === 0 && failed === 0)
    world.violated(`the file ${name} has expired, and ${from} is not told`);
  if (uploadedAt === Number.POSITIVE_INFINITY) return;
  if (told + failed === 0) world.violated(`the file ${name} was uploaded, and nobody was told`);
}

/** A user who blocks another one is not told of a file that is uploaded after that. */
function hiddenFromBlocker(world: World, { from, to, name, triedAt }: SentFile): void {
  const { history } = world;
  const text = fileText('file', from, name);
  const shown = history.visits.filter(({ user }) => user === to).flatMap((visit) => visit.shown);
  if (shown.some((one) => one.text === text && history.isBlocked(to, from, triedAt, one.at)))
    world.violated(`${to} has blocked ${from}, and is told of the file ${name}`);
}

/** A file that its recipient was told of waits until it ends. Nothing of it is left after that. */
function stillThere(world: World, file: SentFile, record: Item | undefined): void {
  const { history, bucket } = world;
  const { from, to, name, content, announcedAt, uploadedAt, asked, ended } = file;
  if (ended !== undefined && record)
    world.violated(`the file ${name} has ended (${ended}), and is still ${record['state']}`);
  if (![from, to].every((user) => history.accounts.isSameSince(user, announcedAt))) return;
  if (uploadedAt === Number.POSITIVE_INFINITY) return;
  const mayHaveEnded = asked > 0 || file.expiredAt !== undefined || file.isForgotten;
  if (mayHaveEnded || shownTo(history, to, fileText('file', from, name)) === 0) return;
  if (record?.['state'] !== 'stored') world.violated(`the file ${name} is gone, and ${to} has not fetched it`);
  else if (bucket.bytes(String(record['objectKey']))?.toString() !== content)
    world.violated(`the file ${name} has lost its bytes`);
}

/** The sender is told how a file has ended. */
function endedOnce(world: World, { from, to, name, announcedAt, ended, isForgotten }: SentFile): void {
  if (ended === undefined || isForgotten || !world.history.accounts.isSameSince(from, announcedAt)) return;
  const told = shownTo(world.history, from, fileText(ended, to, name));
  if (told !== 1) world.violated(`${from} is told ${told} times: ${ended} ${name}`);
}

/** A file that a user has downloaded is the whole of what was announced to that user. */
export function checkDownload(
  world: World,
  user: string,
  file: SentFile | undefined,
  content: string,
  checksum: string,
): void {
  if (file?.to !== user || file.content !== content || sha256(content, 'hex') !== checksum)
    world.violated(`a download is not what was sent: "${content}"`);
}
