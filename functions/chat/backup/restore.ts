import pMap from 'p-map';
import { type AdminRefusalCode, type AdminResult, adminRefusals } from '../../../protocol/admin/index.ts';
import { beginning, DamagedFileError, type Position } from '../../../protocol/backup/sealed-file.ts';
import type { DoctorStore } from '../admin/doctor/ports.ts';
import { AdminRefusal } from '../admin/refusal.ts';
import type { Files, Objects } from '../files/ports.ts';
import type { Clock, RoomState, Sessions } from '../ports.ts';
import type { UploadState } from './multipart-upload.ts';
import { ObjectWriter } from './object-writer.ts';
import { type BackupStore, type CountKey, objectAt, type RoomLifecycle, type TableDump } from './ports.ts';
import { type Check, checkRecords, readRecords, unchecked, wholeFile } from './read-backup.ts';
import { type BackupRecord, type Counts, type KeptFile, none } from './records.ts';
import type { JobStep, ResumableJob } from './run-job.ts';

/**
 * How long (ms) a restore waits for commands that began before the room was closed: longer than the longest `timeout` in
 * `infra/functions.ts` of a function that handles users' commands. A local room waits less.
 */
export const drainTime = 30_000;

/** How long (ms) the restore waits before it reports how much longer it will wait. */
const drainReport = 5_000;

/** A bound (ms) on the clock skew between two functions plus the duration of a command. */
const clockSkew = 60_000;

/** Objects checked concurrently. */
const tidiedAtOnce = 10;

export interface RestoreState {
  readonly file: string;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly stage: 'check' | 'count' | 'close' | 'drain' | 'wipe' | 'write' | 'join' | 'tidy' | 'open';
  /** When all commands have ended that began before the room was closed (epoch ms). */
  readonly drainedAt?: number;
  readonly position: Position;
  readonly check: Check;
  /** How many records of each kind have been written. In a dry run: how many the room holds. */
  readonly counts: Counts;
  readonly countFrom: CountKey | 'end' | undefined;
  /** The upload of the file whose bytes are being written. */
  readonly upload: UploadState | undefined;
  readonly leftOut: LeftOut;
  /** The next page of the objects to check. */
  readonly tidyFrom: string | undefined;
}

/** Files in the backup that could not be restored. */
export interface LeftOut {
  /** Their bytes are neither in the backup nor in the bucket. */
  readonly withoutBytes: number;
  /** The backup lacks their recipient or the message about them, because these came after the backup had read that part. */
  readonly untold: number;
}

export interface RestorePorts {
  readonly tableDump: TableDump;
  readonly backupStore: BackupStore;
  readonly state: RoomState;
  readonly sessions: Sessions;
  readonly files: Files;
  readonly objects: Objects;
  readonly doctorStore: Pick<DoctorStore, 'objectKeys'>;
  readonly lifecycle: RoomLifecycle;
  readonly clock: Clock;
  /** See {@link drainTime}. */
  readonly drainTime: number;
}

/**
 * Restores a backup. It checks the whole file before it writes anything, and keeps the room closed until everything is written.
 * Every step is idempotent, and an abandoned restore can be begun again.
 */
export function restoreJob(
  ports: RestorePorts,
  asked: Pick<RestoreState, 'file' | 'replace' | 'dryRun'>,
): ResumableJob<RestoreState, Restored> {
  const { clock } = ports;
  return {
    kind: 'restore',

    async begin() {
      await source(ports, asked.file);
      const unfit = asked.dryRun ? undefined : await whyUnfitNow(ports, asked.replace);
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

    async resume(from, until, current) {
      let state = from;
      do {
        const next = await step(ports, state, until, current);
        if (next === 'done') return { done: true, state, result: await resultOf(ports, state) };
        state = next;
        // In the stage `drain`, return after each step, so that the caller can report the wait.
      } while (clock.now() < until && state.stage !== 'drain');
      return { done: false, state };
    },
  };
}

/** The result of a restore, or of a dry run. */
type Restored = NonNullable<AdminResult<'restore'>['restored']>;

async function resultOf(ports: RestorePorts, state: RestoreState): Promise<Restored> {
  const { file, check, dryRun, replace, counts, leftOut } = state;
  const { takenAt, settings } = wholeFile(check).header;
  const { open } = await ports.state.read();
  const restored = { file, takenAt, settings, counts: check.counts, open };
  if (!dryRun) return { ...restored, leftOut };
  const unfit = await whyUnfitNow(ports, replace);
  const { lastBroadcast: _, ...now } = await ports.tableDump.room();
  return { ...restored, present: { counts, settings: now, ...(unfit && { refusal: adminRefusals[unfit] }) } };
}

/**
 * Returns the reason why the restore is refused, or undefined. A half-restored room may always be restored again: its
 * data is lost already.
 */
async function whyUnfitNow(ports: RestorePorts, replace: boolean): Promise<AdminRefusalCode | undefined> {
  if ((await ports.lifecycle.restoreLock())?.writing) return undefined;
  return whyUnfit(ports, replace, (await ports.state.read()).open);
}

async function whyUnfit(ports: RestorePorts, replace: boolean, open: boolean): Promise<AdminRefusalCode | undefined> {
  if (await ports.tableDump.isEmpty()) return undefined;
  if (!replace) return 'room-not-empty';
  return open || (await ports.sessions.all()).length > 0 ? 'room-not-stopped' : undefined;
}

async function source({ backupStore }: RestorePorts, name: string) {
  const found = await backupStore.open({ folder: 'backups', name });
  if (!found) throw new AdminRefusal('no-such-backup', `There is no backup ${name}.`);
  return found;
}

function step(
  ports: RestorePorts,
  state: RestoreState,
  until: number,
  current: JobStep,
): Promise<RestoreState | 'done'> {
  switch (state.stage) {
    case 'check':
      return check(ports, state, until);
    case 'count':
      return count(ports, state);
    case 'close':
      return close(ports, state);
    case 'drain':
      return drain(ports, state);
    case 'wipe':
      return wipe(ports, state);
    case 'write':
      return write(ports, state, until, current);
    case 'join':
      return join(ports, state, until);
    case 'tidy':
      return tidy(ports, state);
    case 'open':
      return open(ports, state);
  }
}

async function check(ports: RestorePorts, state: RestoreState, until: number): Promise<RestoreState> {
  try {
    return await checkOn(ports, state, until);
  } catch (error) {
    if (!(error instanceof DamagedFileError)) throw error;
    throw new AdminRefusal('damaged-backup', `${state.file}: ${error.message} Nothing has been changed.`);
  }
}

async function checkOn(ports: RestorePorts, state: RestoreState, until: number): Promise<RestoreState> {
  let { check: known, position } = state;
  for await (const { records, next } of readRecords(await source(ports, state.file), position)) {
    known = checkRecords(known, records);
    position = next;
    if (ports.clock.now() >= until) return { ...state, check: known, position };
  }
  wholeFile(known);
  return { ...state, check: known, position: beginning, stage: state.dryRun ? 'count' : 'close' };
}

async function count({ tableDump }: RestorePorts, state: RestoreState): Promise<RestoreState | 'done'> {
  if (state.countFrom === 'end') return 'done';
  const { counts, next = 'end' } = await tableDump.count(state.countFrom);
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

/**
 * Closes the room, and computes when the commands that began before have ended. If the room was already closed, this may be in
 * the past.
 */
async function close(ports: RestorePorts, state: RestoreState): Promise<RestoreState> {
  const { clock, lifecycle, state: roomState } = ports;
  const { open } = await roomState.readOrCreate();
  const lock = (await lifecycle.restoreLock()) ?? { file: state.file, open, writing: false };
  if (lock.writing) return beginWriting(ports, state);
  const { closedAt } = await lifecycle.times();
  await lifecycle.lock(lock);
  const closedSince = lock.open || closedAt === undefined ? clock.now() : closedAt;
  return { ...state, stage: 'drain', drainedAt: Math.min(closedSince, clock.now()) + ports.drainTime };
}

/** Waits, and checks again: until the room was closed, users could log in and register. */
async function drain(ports: RestorePorts, state: RestoreState): Promise<RestoreState> {
  const { clock, lifecycle } = ports;
  const { drainedAt = 0 } = state;
  await clock.sleepUntil(Math.min(drainedAt, clock.now() + drainReport));
  if (clock.now() < drainedAt) return state;
  const lock = await lifecycle.restoreLock();
  const unfit = lock && (await whyUnfit(ports, state.replace, lock.open));
  if (lock && unfit) {
    await lifecycle.unlock(lock);
    throw new AdminRefusal(unfit);
  }
  return beginWriting(ports, state);
}

async function beginWriting({ lifecycle }: RestorePorts, state: RestoreState): Promise<RestoreState> {
  await lifecycle.noteWriting(state.file);
  return { ...state, stage: 'wipe' };
}

async function wipe({ tableDump }: RestorePorts, state: RestoreState): Promise<RestoreState> {
  return (await tableDump.wipe()) ? { ...state, stage: 'write' } : state;
}

async function write(ports: RestorePorts, state: RestoreState, until: number, current: JobStep): Promise<RestoreState> {
  let { counts, position } = state;
  const objects = await ObjectWriter.resume(ports.backupStore, state.upload);
  for await (const { records, next } of readRecords(await source(ports, state.file), position)) {
    await ports.tableDump.put(records);
    counts = await writeFiles(ports, state, records, objects, counts);
    position = next;
    if (ports.clock.now() >= until) return { ...state, counts, position, upload: await objects.suspend(current) };
  }
  return { ...state, counts, position: beginning, upload: undefined, stage: 'join' };
}

/** Writes the files among some records, and counts all records. */
async function writeFiles(
  { tableDump }: RestorePorts,
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
    if (record.kind === 'file') await tableDump.putFile(record.file, Date.parse(takenAt) - clockSkew);
  }
  return counts;
}

/**
 * Records in each blocked account which accounts have blocked it. This needs all accounts, so it follows `write`. Drops the
 * records of files whose bytes are missing.
 */
async function join(ports: RestorePorts, state: RestoreState, until: number): Promise<RestoreState> {
  const { tableDump, clock } = ports;
  let { position, leftOut } = state;
  for await (const { records, next } of readRecords(await source(ports, state.file), position)) {
    await tableDump.putBlockedBy(records.flatMap((record) => (record.kind === 'user' ? [record.user] : [])));
    for (const record of records) {
      if (record.kind !== 'file') continue;
      const missing = await joinFile(ports, record.file);
      if (missing) leftOut = { ...leftOut, [missing]: leftOut[missing] + 1 };
    }
    position = next;
    if (clock.now() >= until) return { ...state, position, leftOut };
  }
  return { ...state, position: beginning, leftOut, stage: state.replace ? 'tidy' : 'open' };
}

/** The reason why a file is left out, or undefined. What was restored of such a file is removed. */
async function joinFile(ports: RestorePorts, file: KeptFile): Promise<keyof LeftOut | undefined> {
  const { tableDump, backupStore, files, objects } = ports;
  const record = await files.findByObject(file.objectKey);
  if (record?.objectKey !== file.objectKey) {
    await objects.remove(file.objectKey);
    return 'untold';
  }
  if ((await backupStore.open(objectAt(file.objectKey)))?.size === file.size) return undefined;
  await tableDump.dropFile(file);
  return 'withoutBytes';
}

/** Removes the bytes of replaced files. Only a restore with `--replace` runs this stage. */
async function tidy({ doctorStore, files, objects }: RestorePorts, state: RestoreState): Promise<RestoreState> {
  const { items, next } = await doctorStore.objectKeys(state.tidyFrom);
  const lookAt = async (objectKey: string) => {
    const file = await files.findByObject(objectKey);
    if (file?.objectKey !== objectKey) await objects.remove(objectKey);
  };
  await pMap(items, lookAt, { concurrency: tidiedAtOnce });
  return { ...state, tidyFrom: next, stage: next === undefined ? 'open' : 'tidy' };
}

async function open(ports: RestorePorts, state: RestoreState): Promise<'done'> {
  const { header, trailer } = wholeFile(state.check);
  const lock = await ports.lifecycle.restoreLock();
  // Without a lock the room has been opened already, and only the reply was lost.
  if (!lock) return 'done';
  const { lastBroadcast } = trailer;
  await ports.tableDump.beginRoom(lastBroadcast);
  await ports.lifecycle.unlock(lock, { ...header.settings, lastBroadcast });
  return 'done';
}
