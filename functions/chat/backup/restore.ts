import { beginning, DamagedFileError, type Position } from '../../../protocol/backup/sealed-file.ts';
import { AdminRefusal } from '../admin/refusal.ts';
import type { Clock, RoomState, Sessions } from '../ports.ts';
import { PartedUpload, type UploadState } from './parted-upload.ts';
import { type Archive, type CountKey, type Door, objectAt, type Vault } from './ports.ts';
import { type Check, checkRecords, readRecords, unchecked, wholeFile } from './read-backup.ts';
import { type BackupRecord, type Counts, type Header, type KeptBytes, none } from './records.ts';
import type { LongWork, Step } from './slices.ts';

/**
 * A command that was let in before the room was closed may write until its function is ended (ms): longer than the longest
 * `timeout` in `infra/functions.ts` of a function that people talk to.
 */
export const underWay = 30_000;

/** Functions' clocks agree to less than this (ms), and what one of them has begun it has ended by then. */
const clockSkew = 60_000;

export interface RestoreState {
  readonly file: string;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly stage: 'check' | 'count' | 'close' | 'wipe' | 'write' | 'join' | 'open';
  readonly position: Position;
  readonly check: Check;
  /** What has been written; in a dry run, what is in the room. */
  readonly counts: Counts;
  readonly countFrom: CountKey | 'end' | undefined;
  /** The file whose bytes are being written. */
  readonly upload: UploadState | undefined;
}

export interface RestoreParts {
  readonly archive: Archive;
  readonly vault: Vault;
  readonly state: RoomState;
  readonly sessions: Sessions;
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
  const { clock, door, state: roomState } = parts;
  return {
    kind: 'restore',

    async begin() {
      await source(parts, asked.file);
      const mark = await door.mark();
      if (!asked.dryRun && !mark?.writing) await refuseUnfit(parts, asked.replace, (await roomState.read()).open);
      return {
        ...asked,
        stage: 'check',
        position: beginning,
        check: unchecked,
        counts: none,
        countFrom: undefined,
        upload: undefined,
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
export interface Restored extends Omit<Header, 'format' | 'version'> {
  readonly file: string;
  /** What the file holds. */
  readonly counts: Counts;
  /** What the room holds that would go, in a dry run. */
  readonly present?: Counts;
  readonly open: boolean;
}

async function resultOf({ state: roomState }: RestoreParts, state: RestoreState): Promise<Restored> {
  const { header } = wholeFile(state.check);
  const { takenAt, settings } = header;
  const { open } = await roomState.read();
  const { file, check, dryRun, counts } = state;
  return { file, takenAt, settings, counts: check.counts, open, ...(dryRun && { present: counts }) };
}

async function refuseUnfit(parts: RestoreParts, replace: boolean, open: boolean): Promise<void> {
  if (await parts.archive.isEmpty()) return;
  if (!replace) throw new AdminRefusal('room-not-empty');
  if (open || (await parts.sessions.all()).length > 0) throw new AdminRefusal('room-not-stopped');
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
    try {
      await refuseUnfit(parts, replace, mark.open);
    } catch (error) {
      await door.clearMark(mark);
      throw error;
    }
  }
  await door.setMark({ ...mark, file, writing: true });
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

/** Writes the bytes of one file after the other, in pieces. */
class ObjectWriter {
  readonly #vault: Vault;
  #upload: PartedUpload | undefined;

  private constructor(vault: Vault, upload: PartedUpload | undefined) {
    this.#vault = vault;
    this.#upload = upload;
  }

  static async goOn(vault: Vault, state: UploadState | undefined): Promise<ObjectWriter> {
    return new ObjectWriter(vault, state && (await PartedUpload.goOn(vault, state)));
  }

  async write({ objectKey, offset, size, base64 }: KeptBytes): Promise<void> {
    if (offset === 0) {
      const begun = await PartedUpload.begin(this.#vault, objectAt(objectKey));
      this.#upload = await PartedUpload.goOn(this.#vault, begun);
    }
    const piece = Buffer.from(base64, 'base64');
    await this.#upload?.write(piece);
    if (offset + piece.length < size) return;
    await this.#upload?.finish();
    this.#upload = undefined;
  }

  async suspend(step: Step): Promise<UploadState | undefined> {
    return this.#upload?.suspend(step);
  }
}

/**
 * Joins what needs everything else to be there: by whom one is blocked follows from whom everybody blocks, and a file is there
 * only if its bytes are.
 */
async function join(parts: RestoreParts, state: RestoreState, until: number): Promise<RestoreState> {
  const { archive, vault, clock } = parts;
  let { position } = state;
  for await (const { records, next } of readRecords(await source(parts, state.file), position)) {
    await archive.putBlockedBy(records.flatMap((record) => (record.kind === 'user' ? [record.user] : [])));
    for (const record of records) {
      if (record.kind !== 'file') continue;
      const { objectKey, size } = record.file;
      if ((await vault.open(objectAt(objectKey)))?.size !== size) await archive.dropFile(record.file);
    }
    position = next;
    if (clock.now() >= until) return { ...state, position };
  }
  return { ...state, position: beginning, stage: 'open' };
}

async function open(parts: RestoreParts, state: RestoreState): Promise<'done'> {
  const { header, trailer } = wholeFile(state.check);
  const mark = await parts.door.mark();
  // Without a mark it has been done, and only the telling of it was lost.
  if (mark) await parts.door.clearMark(mark, { ...header.settings, lastBroadcast: trailer.lastBroadcast });
  return 'done';
}
