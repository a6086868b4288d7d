import { open } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { messageOf, UnreachableError } from '../errors.ts';
import type { Target } from '../room-admin.ts';
import { invokeFunction } from './invoke-function.ts';

const health = v.object({ data: v.string() });

/** The file that a local room writes into its data folder, for programs of the same user. */
const roomFile = v.object({
  origin: v.pipe(v.string(), v.url()),
  region: v.string(),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
  sessionToken: v.string(),
  outputs: v.object({ AdminFunction: v.string() }),
});

/** The port of a room that was started without options. */
const defaultPort = 9000;

/** The folder of the state of a room that was started in this project: this file runs as dist/client/…/*.mjs. */
const ownFolder = () => {
  const [project] = fileURLToPath(import.meta.url).split(join(sep, 'dist', 'client', sep));
  return join(project ?? '', '.local');
};

/**
 * A room on this machine: on a given port, or with its state in a given folder. Without either, this project's room if
 * it is running, else the one on the default port. The room names its data folder. Only the user who started the room
 * can read the credentials in it.
 * @throws {UnreachableError}
 */
export async function localRoom(wanted: { port?: number | undefined; data?: string | undefined }): Promise<Target> {
  if (wanted.port !== undefined) return roomOn(wanted.port);
  if (wanted.data !== undefined) {
    const folder = resolve(wanted.data);
    const port = await portOf(folder);
    if (port === undefined) {
      throw new UnreachableError(`There is no room with its state in ${folder}. "npm start -- --data" starts one.`);
    }
    return roomOn(port);
  }
  return roomOn((await portOf(ownFolder())) ?? defaultPort);
}

async function roomOn(port: number): Promise<Target> {
  const folder = await dataFolder(port);
  const room = await readRoomFile(folder);
  if (room === undefined || new URL(room.origin).port !== String(port)) {
    throw new UnreachableError(
      `${roomFileOf(folder)} does not belong to the room on port ${port}. Check that both have the same version.`,
    );
  }
  const { origin, region, accessKeyId, secretAccessKey, sessionToken, outputs } = room;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return {
    invoke: invokeFunction(outputs.AdminFunction, { endpoint: origin, region, credentials }),
    name: `The room on port ${port}, with its state in ${folder}.`,
    bucket: join(folder, 's3'),
  };
}

/** The port of the room that runs with its state in this folder. Undefined if none runs. */
async function portOf(folder: string): Promise<number | undefined> {
  const room = await readRoomFile(folder).catch(() => undefined);
  if (room === undefined) return undefined;
  const port = Number(new URL(room.origin).port);
  // The file stays when a room is killed.
  const runningIn = await dataFolder(port).catch(() => undefined);
  return runningIn === folder ? port : undefined;
}

const roomFileOf = (folder: string) => join(folder, 'room.json');

/** Undefined if the file has another form. @throws {UnreachableError} if it cannot be read. */
async function readRoomFile(folder: string) {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), roomFile), await readPrivate(roomFileOf(folder)));
  return parsed.success ? parsed.output : undefined;
}

async function dataFolder(port: number): Promise<string> {
  const address = `http://127.0.0.1:${port}/health`;
  const answer = await fetch(address)
    .then(
      (response) => response.json(),
      () => {
        throw new UnreachableError(
          `There is no room on port ${port} of this machine. Start one with "npm start", or name another with --port, --data or --stack.`,
        );
      },
    )
    .catch((error: unknown) => {
      if (error instanceof UnreachableError) throw error;
      throw new UnreachableError(`The program on port ${port} of this machine is not a chat room.`);
    });
  const parsed = v.safeParse(health, answer);
  if (!parsed.success) throw new UnreachableError(`The program on port ${port} of this machine is not a chat room.`);
  return parsed.output.data;
}

/** Reads a file that only this user can read or write. The check is needed because the folder's name came over the network. */
async function readPrivate(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { uid, mode } = await handle.stat();
      const user = process.getuid?.();
      // Windows has neither. There, access control lists keep the user's folders private.
      if (user !== undefined && (uid !== user || (mode & 0o077) !== 0)) {
        throw new Error('it must belong to you, and no other user may be able to read it');
      }
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UnreachableError(`The room's own file cannot be used: ${messageOf(error)} (${file})`);
  }
}
