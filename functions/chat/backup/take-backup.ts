import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { beginning, type Position, sealMember } from '../../../protocol/backup/sealed-file.ts';
import { refuseHalfRestored } from '../admin/half-restored.ts';
import type { Clock, RoomState } from '../ports.ts';
import { PartedUpload, type UploadState } from './parted-upload.ts';
import { type Archive, type Door, type KeptStream, objectAt, type TableKey, type Vault } from './ports.ts';
import { type Counts, formatName, formatVersion, type Header, type KeptFile, none, toLine } from './records.ts';
import type { LongWork, Step } from './slices.ts';

const compress = promisify(gzip);

/** Characters of lines that make a member: enough to compress well, little enough to hold several. */
const memberCharacters = 512 * 1024;
const usersPerPage = 50;
const messagesPerPage = 1_000;
/** Streams read side by side. Each gives a page at most, so this also bounds what is held. */
const streamsAtOnce = 8;
/** Bytes of a file in one line; a multiple of three, so that base64 has no padding but at the end. */
const pieceBytes = 768 * 1024;

export interface BackupState {
  readonly header: Header;
  readonly upload: UploadState;
  /** How far the file has been written. */
  readonly position: Position;
  readonly counts: Counts;
  readonly lastBroadcast: number;
  readonly stage: 'header' | 'users' | 'room' | 'loginBlocks' | 'files' | 'end';
  /** Where the stage's table goes on. */
  readonly from: TableKey | undefined;
  /** Streams whose turn it is, and the last number read of each. */
  readonly streams: readonly OpenStream[];
  readonly withFiles: boolean;
  /** Files whose turn it is. */
  readonly files: readonly KeptFile[];
  /** The file whose bytes are being read, and how far. */
  readonly object: { readonly file: Pick<KeptFile, 'objectKey' | 'size'>; readonly offset: number } | undefined;
}

interface OpenStream {
  readonly of: KeptStream;
  readonly after: number;
}

export interface BackupParts {
  readonly archive: Archive;
  readonly vault: Vault;
  readonly state: RoomState;
  readonly door: Door;
  readonly clock: Clock;
}

/** What a finished backup is: its seal is the seal of its last member, and so of every byte. */
export interface Backup {
  readonly name: string;
  readonly bytes: number;
  readonly seal: string;
  readonly counts: Counts;
}

/**
 * A backup under a name. What is acknowledged from its beginning on may be in it or not; what was acknowledged before is.
 *
 * Every account is read before its inbox, and all of them before the room's stream, so that no cursor is beyond its stream; and an
 * inbox is read only because its account is in the file.
 */
export function backupWork(parts: BackupParts, name: string, withFiles: boolean): LongWork<BackupState, Backup> {
  const { vault, clock, state: roomState } = parts;
  return {
    kind: 'backup',

    async begin() {
      // No restore can begin before the backup is over: both are the one task there may be.
      await refuseHalfRestored(parts);
      const takenAt = new Date(clock.now()).toISOString();
      const state = await roomState.read();
      const { open: _, online: _online, logins: _logins, usage: _usage, lastBroadcast, ...settings } = state;
      return {
        header: { format: formatName, version: formatVersion, takenAt, settings },
        upload: await PartedUpload.begin(vault, { folder: 'backups', name }),
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

    async goOn(state, until, step) {
      const run = new BackupRun(parts, state, await PartedUpload.goOn(vault, state.upload));
      // The end is a step of its own: it reads nothing of a room that goes on, and so writes the same if it has to be done again.
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
  readonly #parts: BackupParts;
  readonly #writer: BackupWriter;
  #state: BackupState;

  constructor(parts: BackupParts, state: BackupState, upload: PartedUpload) {
    this.#parts = parts;
    this.#state = state;
    this.#writer = new BackupWriter(upload, state.position);
  }

  get state(): BackupState {
    return this.#state;
  }

  async suspend(step: Step): Promise<BackupState> {
    return { ...this.#state, ...(await this.#writer.suspend(step)) };
  }

  get hasReadAll(): boolean {
    const { stage, files, object } = this.#state;
    return stage === 'end' && files.length === 0 && !object;
  }

  /** Reads what comes next. */
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
        throw new Error('a backup has been read to its end');
    }
  }

  #go(change: Partial<BackupState>): void {
    this.#state = { ...this.#state, ...change };
  }

  #counted(kind: keyof Counts, count: number): Counts {
    return { ...this.#state.counts, [kind]: this.#state.counts[kind] + count };
  }

  async #readUsers(): Promise<void> {
    const { items, next } = await this.#parts.archive.users(this.#state.from, usersPerPage);
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
      turn.map(({ of, after }) => this.#parts.archive.messages(of, after, messagesPerPage)),
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
    const { items, next } = await this.#parts.archive.loginBlocks(this.#state.from);
    for (const block of items) await this.#writer.line(toLine('loginBlock', block));
    this.#go({
      counts: this.#counted('loginBlocks', items.length),
      from: next,
      stage: next ? 'loginBlocks' : 'files',
    });
  }

  async #readFiles(): Promise<void> {
    const { items, next } = await this.#parts.archive.files(this.#state.from);
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

  /** Reads a piece of a file's bytes. They may have gone meanwhile: then the file has been fetched, and a restore leaves it out. */
  async #writePiece({ file: { objectKey, size }, offset }: NonNullable<BackupState['object']>): Promise<void> {
    const source = await this.#parts.vault.open(objectAt(objectKey));
    const piece = await source?.read(offset, Math.min(pieceBytes, size - offset));
    if (source?.size !== size || !piece) return this.#go({ object: undefined });
    await this.#writer.line(
      toLine('bytes', { objectKey, size, offset, base64: Buffer.from(piece).toString('base64') }),
    );
    const next = offset + piece.length;
    this.#go({ object: next < size ? { file: { objectKey, size }, offset: next } : undefined });
  }

  /** Writes what ends the backup, and makes it be there. */
  async end(): Promise<Backup> {
    const { counts, lastBroadcast } = this.#state;
    await this.#writer.line(toLine('trailer', { counts, lastBroadcast }));
    const position = await this.#writer.finish();
    this.#go({ position });
    const { offset: bytes, seal } = position;
    return { name: this.#state.upload.file.name, bytes, seal, counts };
  }
}

/** Makes sealed members of lines. */
class BackupWriter {
  readonly #upload: PartedUpload;
  #position: Position;
  #lines: string[] = [];
  #characters = 0;

  constructor(upload: PartedUpload, position: Position) {
    this.#upload = upload;
    this.#position = position;
  }

  async line(line: string): Promise<void> {
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters >= memberCharacters) await this.#seal();
  }

  async suspend(step: Step): Promise<{ upload: UploadState; position: Position }> {
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
