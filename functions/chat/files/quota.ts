import { limits } from '../../../protocol/index.ts';
import type { Settings } from '../model.ts';
import { Refusal } from '../refusal.ts';
import type { FileRoom } from './file-room.ts';
import type { FileRecord, FileUse } from './ports.ts';

/**
 * Withdraws a file that was just announced if it is one too many for its recipient. The files are counted after the
 * record was written, so of any number of announcements at a time, no more than the quota stay.
 * @throws a refusal after that.
 */
export async function keepQuota(room: FileRoom, file: FileRecord, settings: Settings): Promise<void> {
  try {
    await refuseAboveQuota(room, file, settings);
  } catch (error) {
    if (error instanceof Refusal) await room.files.withdraw(file);
    throw error;
  }
}

/** @throws a refusal if the recipient's files, including this one, exceed a quota. */
export async function refuseAboveQuota(room: FileRoom, file: FileRecord, settings: Settings): Promise<void> {
  const { filesWaiting, fileBytesWaiting } = settings;
  const all = await room.files.usage(file.recipient.accountId, room.clock.now(), filesWaiting + 1);
  const own = all.filter(({ senderId }) => senderId === file.sender.accountId);
  const announced = own.filter(({ state }) => state === 'announced');
  const refusal =
    announced.length > limits.announcedFiles
      ? new Refusal('too-many-files', { limit: limits.announcedFiles }, unfinished)
      : isTooMuch(own, half(filesWaiting), half(fileBytesWaiting))
        ? new Refusal('too-many-files', { limit: half(filesWaiting) }, ofYours)
        : isTooMuch(all, filesWaiting, fileBytesWaiting)
          ? new Refusal('too-many-files', { limit: filesWaiting })
          : undefined;
  if (refusal) throw refusal;
}

/** One sender may use half of what a recipient has, so that others can send, too. */
const half = (quota: number) => Math.ceil(quota / 2);

/** A file alone may be larger than the quota. */
const isTooMuch = (files: readonly FileUse[], count: number, bytes: number) =>
  files.length > count || (files.length > 1 && files.reduce((sum, { size }) => sum + size, 0) > bytes);

const unfinished = 'Too many files from you to that user have been announced and not uploaded. Try again later.';
const ofYours = 'Too many files from you wait for that user. Send this one again when some of them have been fetched.';

/** A URL to download a file takes this long (ms) of the file's budget. */
const urlInterval = 2 * 60_000;

/** URLs that a file gives out at once, after a pause. */
const urlBurst = 20;

/**
 * Takes a URL from a file's budget: a token bucket, as one time (GCRA).
 * @throws `rate-limited` if the budget is used up.
 */
export async function takeUrl(room: FileRoom, file: FileRecord): Promise<void> {
  const now = room.clock.now();
  const next = Math.max(now, file.urlsUntil ?? 0) + urlInterval;
  const wait = next - now - urlBurst * urlInterval;
  if (wait > 0) throw new Refusal('rate-limited', { retryAfter: Math.ceil(wait / 1000) });
  // Two at a time: the other one has changed the budget.
  if (!(await room.files.noteUrl(file, next))) throw new Refusal('rate-limited', { retryAfter: 1 });
}
