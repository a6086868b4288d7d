import pMap from 'p-map';
import { type AdminRefusalCode, type AdminResult, adminRefusals } from '../../../protocol/admin/index.ts';
import { beginning, DamagedFileError, type Position } from '../../../protocol/backup/sealed-file.ts';
import type { Records } from '../admin/doctor/ports.ts';
import { AdminRefusal } from '../admin/refusal.ts';
import type { Files, Objects } from '../files/ports.ts';
import type { Clock, RoomState, Sessions } from '../ports.ts';
import { ObjectWriter } from './object-writer.ts';
import type { UploadState } from './parted-upload.ts';
import { type Archive, type CountKey, type Door, objectAt, type Vault } from './ports.ts';
import { type Check, checkRecords, readRecords, unchecked, wholeFile } from './read-backup.ts';
import { type BackupRecord, type Counts, type KeptFile, none } from './records.ts';
import type { LongWork, Step } from './slices.ts';

/**
 * A command that was let in before the room was closed may write until its function is ended (ms): longer than the longest
 * `timeout` in `infra/functions.ts` of a function that people talk to.
 */
export const underWay = 30_000;

/** Functions' clocks agree to less than this (ms), and what one of them has begun it has ended by then. */
const clockSkew = 60_000;

/** Objects looked at side by side. */
const tidiedAtOnce = 10;

export interface RestoreState {
  readonly file: string;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly stage: 'check' | 'count' | 'close' | 'wipe' | 'write' | 'join' | 'tidy' | 'open';
  readonly position: Position;
  readonly check: Check;
  /** What has been written; in a dry run, what is in the room. */
  readonly counts: Counts;
  readonly countFrom: CountKey | 'end' | undefined;
  /** The file whose bytes are being written. */
  readonly upload: UploadState | undefined;
  readonly leftOut: LeftOut;
  /** Where the search for bytes that belong to no file goes on. */
  readonly tidyFrom: string | undefined;
}

/** Files of a backup that cannot be in the room. */
export interface LeftOut {
  /** Whose bytes are neither in the backup nor in the bucket. */
  readonly withoutBytes: number;
  /** Whose recipient, or the message that tells of it, came after that part of the backup had been read. */
  readonly untold: number;
}

export interface RestoreParts {
  readonly archive: Archive;
  readonly vault: Vault;
  readonly state: RoomState;
  readonly sessions: Sessions;
  readonly files: Files;
  readonly objects: Objects;
  readonly records: Pick<Records, 'objectKeys'>;
  readonly door: Door;
  readonly clock: Clock;
}

/**
 * A restore. Nothing is written before the whole file has been checked, and nobody is let in until all of it has been written.
 * Every step may be done again, and a restore that was given up may be begun again.
 */
export function restoreWork(
  parts: RestoreParts,
  asked: Pick<RestoreState, 'file' | 'replace' | 'dryRun'>,
): LongWork<RestoreState, Restored> {
  const { clock } = parts;
  return {
    kind: 'restore',

    async begin() {
      await source(parts, asked.file);
      const unfit = asked.dryRun ? undefined : await whyUnfitNow(parts, asked.replace);
      if (unfit) throw new AdminRefusal(unfit);
      return {
        ...asked,
        stage: 'check',
        position: beginning,
        check: unchecked,
        counts: none,
        countFrom: undefined,
        upload: undefined,
        leftOut: { withoutBytes: 0, untold: 0 },
        tidyFrom: undefined,
      };
    },

    async goOn(from, until, slice) {
      let state = from;
      do {
        const next = await step(parts, state, until, slice);
        if (next === 'done') return { done: true, state, result: await resultOf(parts, state) };
        state = next;
      } while (clock.now() < until);
      return { done: false, state };
    },
  };
}

/** What a restore came to; of a dry run, what it would come to. */
type Restored = NonNullable<AdminResult<'restore'>['restored']>;

async function resultOf(parts: RestoreParts, state: RestoreState): Promise<Restored> {
  const { file, check, dryRun, replace, counts, leftOut } = state;
  const { takenAt, settings } = wholeFile(check).header;
  const { online: _online, logins: _logins, lastBroadcast: _last, usage: _usage, ...now } = await parts.state.read();
  const restored = { file, takenAt, settings, counts: check.counts, open: now.open };
  if (!dryRun) return { ...restored, leftOut };
  const unfit = await whyUnfitNow(parts, replace);
  return { ...restored, present: { counts, settings: now, ...(unfit && { refusal: adminRefusals[unfit] }) } };
}

/** Why the room may not be restored into, if it may not. One that is half restored may: it is nobody's. */
async function whyUnfitNow(parts: RestoreParts, replace: boolean): Promise<AdminRefusalCode | undefined> {
  if ((await parts.door.mark())?.writing) return undefined;
  return whyUnfit(parts, replace, (await parts.state.read()).open);
}

async function whyUnfit(parts: RestoreParts, replace: boolean, open: boolean): Promise<AdminRefusalCode | undefined> {
  if (await parts.archive.isEmpty()) return undefined;
  if (!replace) return 'room-not-empty';
  return open || (await parts.sessions.all()).length > 0 ? 'room-not-stopped' : undefined;
}

async function source({ vault }: RestoreParts, name: string) {
  const found = await vault.open({ folder: 'backups', name });
  if (!found) throw new AdminRefusal('no-such-backup', `There is no backup ${name}.`);
  return found;
}

function step(parts: RestoreParts, state: RestoreState, until: number, slice: Step): Promise<RestoreState | 'done'> {
  switch (state.stage) {
    case 'check':
      return check(parts, state, until);
    case 'count':
      return count(parts, state);
    case 'close':
      return close(parts, state);
    case 'wipe':
      return wipe(parts, state);
    case 'write':
      return write(parts, state, until, slice);
    case 'join':
      return join(parts, state, until);
    case 'tidy':
      return tidy(parts, state);
    case 'open':
      return open(parts, state);
  }
}

async function check(parts: RestoreParts, state: RestoreState, until: number): Promise<RestoreState> {
  try {
    return await checkOn(parts, state, until);
  } catch (error) {
    if (!(error instanceof DamagedFileError)) throw error;
    throw new AdminRefusal('damaged-backup', `${state.file}: ${error.message} Nothing has been changed.`);
  }
}

async function checkOn(parts: RestoreParts, state: RestoreState, until: number): Promise<RestoreState> {
  let { check: known, position } = state;
  for await (const { records, next } of readRecords(await source(parts, state.file), position)) {
    known = checkRecords(known, records);
    position = next;
    if (parts.clock.now() >= until) return { ...state, check: known, position };
  }
  wholeFile(known);
  return { ...state, check: known, position: beginning, stage: state.dryRun ? 'count' : 'close' };
}

async function count({ archive }: RestoreParts, state: RestoreState): Promise<RestoreState | 'done'> {
  if (state.countFrom === 'end') return 'done';
  const { counts, next = 'end' } = await archive.count(state.countFrom);
  const sum = (kind: keyof Counts) => state.counts[kind] + counts[kind];
  return {
    ...state,
    counts: {
      users: sum('users'),
      messages: sum('messages'),
      loginBlocks: sum('loginBlocks'),
      files: sum('files'),
    },
    countFrom: next,
  };
}

/** Closes the room, and looks again: until now people could come in, and register. */
async function close(parts: RestoreParts, { file, replace, ...state }: RestoreState): Promise<RestoreState> {
  const { clock, door, state: roomState } = parts;
  const { open } = await roomState.readOrCreate();
  const mark = (await door.mark()) ?? { file, open, writing: false };
  if (!mark.writing) {
    await door.setMark(mark);
    await clock.sleepUntil(clock.now() + underWay);
    const unfit = await whyUnfit(parts, replace, mark.open);
    if (unfit) {
      await door.clearMark(mark);
      throw new AdminRefusal(unfit);
    }
  }
  await door.noteWriting(file);
  return { ...state, file, replace, stage: 'wipe' };
}

async function wipe({ archive }: RestoreParts, state: RestoreState): Promise<RestoreState> {
  return (await archive.wipe()) ? { ...state, stage: 'write' } : state;
}

async function write(parts: RestoreParts, state: RestoreState, until: number, slice: Step): Promise<RestoreState> {
  let { counts, position } = state;
  const objects = await ObjectWriter.goOn(parts.vault, state.upload);
  for await (const { records, next } of readRecords(await source(parts, state.file), position)) {
    await parts.archive.put(records);
    counts = await writeFiles(parts, state, records, objects, counts);
    position = next;
    if (parts.clock.now() >= until) return { ...state, counts, position, upload: await objects.suspend(slice) };
  }
  return { ...state, counts, position: beginning, upload: undefined, stage: 'join' };
}

/** Writes the files among some records, one after the other, and counts all of them. */
async function writeFiles(
  { archive }: RestoreParts,
  state: RestoreState,
  records: readonly BackupRecord[],
  objects: ObjectWriter,
  before: Counts,
): Promise<Counts> {
  const counts = { ...before };
  const { takenAt } = wholeFile(state.check).header;
  for (const record of records) {
    if (record.kind === 'header' || record.kind === 'trailer') continue;
    if (record.kind === 'bytes') {
      await objects.write(record.bytes);
      continue;
    }
    counts[`${record.kind}s`] += 1;
    if (record.kind === 'file') await archive.putFile(record.file, Date.parse(takenAt) - clockSkew);
  }
  return counts;
}

/**
 * Joins what needs everything else to be there: by whom one is blocked follows from whom everybody blocks, and a file is there
 * only if its bytes are.
 */
async function join(parts: RestoreParts, state: RestoreState, until: number): Promise<RestoreState> {
  const { archive, clock } = parts;
  let { position, leftOut } = state;
  for await (const { records, next } of readRecords(await source(parts, state.file), position)) {
    await archive.putBlockedBy(records.flatMap((record) => (record.kind === 'user' ? [record.user] : [])));
    for (const record of records) {
      if (record.kind !== 'file') continue;
      const missing = await joinFile(parts, record.file);
      if (missing) leftOut = { ...leftOut, [missing]: leftOut[missing] + 1 };
    }
    position = next;
    if (clock.now() >= until) return { ...state, position, leftOut };
  }
  return { ...state, position: beginning, leftOut, stage: state.replace ? 'tidy' : 'open' };
}

/** Gives why a file is left out, if it is. */
async function joinFile(parts: RestoreParts, file: KeptFile): Promise<keyof LeftOut | undefined> {
  const { archive, vault, files } = parts;
  if ((await vault.open(objectAt(file.objectKey)))?.size !== file.size) {
    await archive.dropFile(file);
    return 'withoutBytes';
  }
  const record = await files.findByObject(file.objectKey);
  return record?.objectKey === file.objectKey ? undefined : 'untold';
}

/**
 * Removes what bytes of files are left over from what was replaced: all that no file of the room is about, now that each has been
 * joined with its own. A restore into an empty room was not allowed to let anything go.
 */
async function tidy({ records, files, objects }: RestoreParts, state: RestoreState): Promise<RestoreState> {
  const { items, next } = await records.objectKeys(state.tidyFrom);
  const lookAt = async (objectKey: string) => {
    const file = await files.findByObject(objectKey);
    if (file?.objectKey !== objectKey) await objects.remove(objectKey);
  };
  await pMap(items, lookAt, { concurrency: tidiedAtOnce });
  return { ...state, tidyFrom: next, stage: next === undefined ? 'open' : 'tidy' };
}

async function open(parts: RestoreParts, state: RestoreState): Promise<'done'> {
  const { header, trailer } = wholeFile(state.check);
  const mark = await parts.door.mark();
  // Without a mark it has been done, and only the telling of it was lost.
  if (mark) await parts.door.clearMark(mark, { ...header.settings, lastBroadcast: trailer.lastBroadcast });
  return 'done';
}
