import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GetOptions, type GotFile, getFile } from '../files/index.ts';
import { connect, type RoomConnection } from '../room/index.ts';
import { type Peer, ScriptedRoom } from './scripted-room.ts';
import { ScriptedStore, sha256 } from './scripted-store.ts';

/** Retries at once. */
export const transferTiming = { stall: 10_000, leave: 10_000, retry: 5, retryMost: 20, retries: 3 };

/** The file that waits for the user. */
export const waitingFile = { from: 'facebook', name: 'test_file.txt' };

/** A user in a scripted room, with a scripted store for the bytes and an empty folder. */
export class FileVisit {
  readonly room: RoomConnection;
  /** The room's end of the connection. */
  readonly peer: Peer;
  readonly store: ScriptedStore;
  readonly folder: string;
  readonly #scripted: ScriptedRoom;

  private constructor(room: RoomConnection, peer: Peer, store: ScriptedStore, folder: string, scripted: ScriptedRoom) {
    this.room = room;
    this.peer = peer;
    this.store = store;
    this.folder = folder;
    this.#scripted = scripted;
  }

  static async begin(user: string): Promise<FileVisit> {
    const folder = await mkdtemp(join(tmpdir(), 'chat-files-'));
    const [scripted, store] = await Promise.all([ScriptedRoom.start(), ScriptedStore.start()]);
    const room = await connect({ url: scripted.url, message: () => {} });
    const peer = await scripted.peer();
    await Promise.all([room.login(user, 'wastingtime'), scripted.letIn(peer)]);
    return new FileVisit(room, peer, store, folder, scripted);
  }

  /** Downloads the waiting file into the folder. */
  get(options: Partial<GetOptions> = {}): Promise<GotFile> {
    return getFile(this.room, { ...waitingFile, folder: this.folder, timing: transferTiming, ...options });
  }

  /** Answers the next `fileget` with an offer of this content. Returns what was asked for. */
  async offer(content: Buffer, path = '/file') {
    const asked = await this.peer.next('fileget');
    asked.reply({
      url: this.store.url(path),
      size: content.length,
      sha256: sha256(content),
      expiresAt: '2026-11-23T09:00:00Z',
    });
    return asked.arguments;
  }

  /** The bytes of a file in the folder. */
  read(name: string): Buffer {
    return readFileSync(join(this.folder, name));
  }

  async end(): Promise<void> {
    await Promise.all([this.#scripted.close(), this.store.close()]);
    await rm(this.folder, { recursive: true });
  }
}
