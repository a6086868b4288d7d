import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { messageOf, UnreachableError } from '../errors.ts';
import type { Invoke } from '../room-admin.ts';
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

/**
 * The room that listens on a port of this machine. The room names its data folder. Only the user who started the room can
 * read the credentials in it.
 * @throws {UnreachableError}
 */
export async function localRoom(port: number): Promise<Invoke> {
  const folder = await dataFolder(port);
  const file = join(folder, 'room.json');
  const room = v.safeParse(v.pipe(v.string(), v.parseJson(), roomFile), await readPrivate(file));
  if (!room.success || new URL(room.output.origin).port !== String(port)) {
    throw new UnreachableError(
      `${file} does not belong to the room on port ${port}. Check that both have the same version.`,
    );
  }
  const { origin, region, accessKeyId, secretAccessKey, sessionToken, outputs } = room.output;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return invokeFunction(outputs.AdminFunction, { endpoint: origin, region, credentials });
}

async function dataFolder(port: number): Promise<string> {
  const address = `http://127.0.0.1:${port}/health`;
  const answer = await fetch(address)
    .then(
      (response) => response.json(),
      () => {
        throw new UnreachableError(
          `There is no room on port ${port} of this machine. Start one with "npm start", or name another with --port or --stack.`,
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
