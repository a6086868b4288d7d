import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { beginning, type Position, sealMember } from '../../../protocol/backup/sealed-file.ts';
import { refuseDuringRestore } from '../admin/refuse-during-restore.ts';
import type { Clock, RoomState } from '../ports.ts';
import { MultipartUpload, type UploadState } from './multipart-upload.ts';
import {
  type BackupStore,
  type KeptStream,
  objectAt,
  type RoomLifecycle,
  type TableDump,
  type TableKey,
} from './ports.ts';
import { type Counts, formatName, formatVersion, type Header, type KeptFile, none, toLine } from './records.ts';
import type { JobStep, ResumableJob } from './run-job.ts';

const compress = promisify(gzip);

/** Characters per gzip member: enough to compress well, few enough to hold several. */
const memberCharacters = 512 * 1024;
const usersPerPage = 50;
const messagesPerPage = 1_000;
/** Streams read concurrently. Each returns one page at most, which bounds the memory. */
const streamsAtOnce = 8;
/** Bytes of a file per line: a multiple of three, so that only the last piece has base64 padding. */
const pieceBytes = 768 * 1024;

export interface BackupState {
  readonly header: Header;
  readonly upload: UploadState;
  /** The end of the file so far. */
  readonly position: Position;
  readonly counts: Counts;
  readonly lastBroadcast: number;
  readonly stage: 'header' | 'users' | 'room' | 'loginBlocks' | 'files' | 'end';
  /** The start key of the next page of the stage's table. */
  readonly from: TableKey | undefined;
  /** The streams to read next, with the last number read of each. */
  readonly streams: readonly OpenStream[];
  readonly withFiles: boolean;
  /** The files to write next. */
  readonly files: readonly KeptFile[];
  /** The file whose bytes are being read. */
  readonly object: { readonly file: Pick<KeptFile, 'objectKey' | 'size'>; readonly offset: number } | undefined;
}

interface OpenStream {
  readonly of: KeptStream;
  readonly after: number;
}

export interface BackupPorts {
  readonly tableDump: TableDump;
  readonly backupStore: BackupStore;
  readonly state: RoomState;
  readonly lifecycle: RoomLifecycle;
  readonly clock: Clock;
}

/** A finished backup. The seal of its last member covers every byte. */
export interface Backup {
  readonly name: string;
  readonly bytes: number;
  readonly seal: string;
  readonly counts: Counts;
}

/**
 * Takes a backup while users chat. It holds every message that was acknowledged before it began, and may hold later ones.
 *
 * It reads an account before its inbox, and all accounts before the room's stream. So no cursor points beyond its stream, and every
 * inbox in the file has an owner.
 */
export function backupJob(ports: BackupPorts, name: string, withFiles: boolean): ResumableJob<BackupState, Backup> {
  const { backupStore, clock } = ports;
  return {
    kind: 'backup',

    async begin() {
      // A restore cannot begin later: there is only one job at a time.
      await refuseDuringRestore(ports);
      const takenAt = new Date(clock.now()).toISOString();
      const { lastBroadcast, ...settings } = await ports.tableDump.room();
      return {
        header: { format: formatName, version: formatVersion, takenAt, settings },
        upload: await MultipartUpload.begin(backupStore, { folder: 'backups', name }),
        position: beginning,
        counts: none,
        lastBroadcast,
        stage: 'header',
        from: undefined,
        streams: [],
        withFiles,
        files: [],
        object: undefined,
      };
    },

    async resume(state, until, step) {
      const run = new BackupRun(ports, state, await MultipartUpload.resume(backupStore, state.upload));
      // Completing the file is a step of its own: it reads nothing of the changing room, so a repetition writes the same.
      if (run.hasReadAll) {
        const result = await run.end();
        return { done: true, state: run.state, result };
      }
      do await run.step();
      while (clock.now() < until && !run.hasReadAll);
      return { done: false, state: await run.suspend(step) };
    },
  };
}

class BackupRun {
  readonly #ports: BackupPorts;
  readonly #writer: BackupWriter;
  #state: BackupState;

  constructor(ports: BackupPorts, state: BackupState, upload: MultipartUpload) {
    this.#ports = ports;
    this.#state = state;
    this.#writer = new BackupWriter(upload, state.position);
  }

  get state(): BackupState {
    return this.#state;
  }

  async suspend(step: JobStep): Promise<BackupState> {
    return { ...this.#state, ...(await this.#writer.suspend(step)) };
  }

  get hasReadAll(): boolean {
    const { stage, files, object } = this.#state;
    return stage === 'end' && files.length === 0 && !object;
  }

  /** Reads one page. */
  async step(): Promise<void> {
    if (this.#state.object) return this.#writePiece(this.#state.object);
    if (this.#state.files.length > 0) return this.#writeFile(this.#state.files);
    if (this.#state.streams.length > 0) return this.#readStreams();
    switch (this.#state.stage) {
      case 'header':
        await this.#writer.line(toLine('header', this.#state.header));
        return this.#go({ stage: 'users' });
      case 'users':
        return this.#readUsers();
      case 'room':
        return this.#go({ streams: [{ of: { stream: 'room' }, after: 0 }], stage: 'loginBlocks', from: undefined });
      case 'loginBlocks':
        return this.#readLoginBlocks();
      case 'files':
        return this.#readFiles();
      case 'end':
        throw new Error('the backup has been read to its end');
    }
  }

  #go(change: Partial<BackupState>): void {
    this.#state = { ...this.#state, ...change };
  }

  #counted(kind: keyof Counts, count: number): Counts {
    return { ...this.#state.counts, [kind]: this.#state.counts[kind] + count };
  }

  async #readUsers(): Promise<void> {
    const { items, next } = await this.#ports.tableDump.users(this.#state.from, usersPerPage);
    for (const user of items) await this.#writer.line(toLine('user', user));
    this.#go({
      counts: this.#counted('users', items.length),
      lastBroadcast: Math.max(this.#state.lastBroadcast, ...items.map(({ roomAcked }) => roomAcked)),
      streams: items.map(({ name, accountId }) => ({ of: { stream: 'inbox', owner: { name, accountId } }, after: 0 })),
      from: next,
      stage: next ? 'users' : 'room',
    });
  }

  async #readStreams(): Promise<void> {
    const turn = this.#state.streams.slice(0, streamsAtOnce);
    const pages = await Promise.all(
      turn.map(({ of, after }) => this.#ports.tableDump.messages(of, after, messagesPerPage)),
    );
    const unfinished: OpenStream[] = [];
    for (const [i, { of, after }] of turn.entries()) {
      const { messages = [], last = after, more = false } = pages[i] ?? {};
      for (const message of messages) await this.#writer.line(toLine('message', message));
      if (more) unfinished.push({ of, after: last });
      this.#go({
        counts: this.#counted('messages', messages.length),
        ...(of.stream === 'room' && { lastBroadcast: Math.max(this.#state.lastBroadcast, last) }),
      });
    }
    this.#go({ streams: [...unfinished, ...this.#state.streams.slice(turn.length)] });
  }

  async #readLoginBlocks(): Promise<void> {
    const { items, next } = await this.#ports.tableDump.loginBlocks(this.#state.from);
    for (const block of items) await this.#writer.line(toLine('loginBlock', block));
    this.#go({
      counts: this.#counted('loginBlocks', items.length),
      from: next,
      stage: next ? 'loginBlocks' : 'files',
    });
  }

  async #readFiles(): Promise<void> {
    const { items, next } = await this.#ports.tableDump.files(this.#state.from);
    this.#go({ files: items, from: next, stage: next ? 'files' : 'end' });
  }

  async #writeFile([file, ...others]: readonly KeptFile[]): Promise<void> {
    if (!file) return;
    await this.#writer.line(toLine('file', file));
    this.#go({
      files: others,
      counts: this.#counted('files', 1),
      object: this.#state.withFiles ? { file, offset: 0 } : undefined,
    });
  }

  /** Reads a piece of a file. If the bytes are gone, the recipient has fetched the file: a restore leaves it out. */
  async #writePiece({ file: { objectKey, size }, offset }: NonNullable<BackupState['object']>): Promise<void> {
    const source = await this.#ports.backupStore.open(objectAt(objectKey));
    const piece = await source?.read(offset, Math.min(pieceBytes, size - offset));
    if (source?.size !== size || !piece) return this.#go({ object: undefined });
    await this.#writer.line(
      toLine('bytes', { objectKey, size, offset, base64: Buffer.from(piece).toString('base64') }),
    );
    const next = offset + piece.length;
    this.#go({ object: next < size ? { file: { objectKey, size }, offset: next } : undefined });
  }

  /** Writes the trailer, and completes the upload. */
  async end(): Promise<Backup> {
    const { counts, lastBroadcast } = this.#state;
    await this.#writer.line(toLine('trailer', { counts, lastBroadcast }));
    const position = await this.#writer.finish();
    this.#go({ position });
    const { offset: bytes, seal } = position;
    return { name: this.#state.upload.file.name, bytes, seal, counts };
  }
}

/** Compresses lines into sealed gzip members. */
class BackupWriter {
  readonly #upload: MultipartUpload;
  #position: Position;
  #lines: string[] = [];
  #characters = 0;

  constructor(upload: MultipartUpload, position: Position) {
    this.#upload = upload;
    this.#position = position;
  }

  async line(line: string): Promise<void> {
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters >= memberCharacters) await this.#seal();
  }

  async suspend(step: JobStep): Promise<{ upload: UploadState; position: Position }> {
    await this.#seal();
    return { upload: await this.#upload.suspend(step), position: this.#position };
  }

  async finish(): Promise<Position> {
    await this.#seal();
    await this.#upload.finish();
    return this.#position;
  }

  async #seal(): Promise<void> {
    if (this.#lines.length === 0) return;
    const { member, next } = sealMember(await compress(this.#lines.join('')), this.#position);
    this.#lines = [];
    this.#characters = 0;
    this.#position = next;
    await this.#upload.write(member);
  }
}
