import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { UsageError } from './errors.ts';

/** A stored room and user. Never contains a password. */
const profile = v.strictObject({ url: v.string(), user: v.optional(v.string()) });
export type Profile = v.InferOutput<typeof profile>;

const profileFile = v.pipe(v.string(), v.parseJson(), v.strictObject({ profiles: v.record(v.string(), profile) }));

export const isProfileName = (name: string): boolean => /^[A-Za-z0-9][\w.-]{0,63}$/.test(name) && !(name in {});

/**
 * The path of the profiles file, in the operating system's configuration folder (Linux: `~/.config/chat-room/profiles.json`).
 * Undefined if there is no such folder: `env-paths` throws when it is loaded if a user has no home.
 */
async function profilesPath(): Promise<string | undefined> {
  const paths = await import('env-paths').catch(() => undefined);
  const path = paths && join(paths.default('chat-room', { suffix: '' }).config, 'profiles.json');
  // Relative to the working folder, it would be another one in each folder.
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** Errors of a file that is not there, for instance because the home is no folder. */
const missing: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/**
 * All profiles, by name.
 * @throws {UsageError} if the file is not a valid profiles file.
 */
export async function readProfiles(): Promise<Readonly<Record<string, Profile>>> {
  const path = await profilesPath();
  if (path === undefined) return byName({});
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (missing.has(error.code)) return undefined;
    throw new UsageError(`The profiles cannot be read: ${error.message}`);
  });
  if (text === undefined) return byName({});
  const parsed = v.safeParse(profileFile, text);
  if (!parsed.success) throw new UsageError(`${path} is not a valid profiles file. Correct it, or remove it.`);
  return byName(parsed.output.profiles);
}

/** Without a prototype, so that `constructor` is not a profile. */
const byName = (profiles: Record<string, Profile>): Record<string, Profile> =>
  Object.assign(Object.create(null), profiles);

/**
 * Creates a folder for the owner only, and the folders above it. Node's `recursive` does not return where no folder can be created, as
 * in /proc: the system reports ENOENT although the folder above exists.
 */
async function createFolder(path: string): Promise<void> {
  const create = () =>
    mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  await create().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error;
    await createFolder(dirname(path));
    await create();
  });
}

/**
 * Replaces the profiles atomically. Only the owner can read the file.
 * @throws {UsageError} if it cannot be written.
 */
export async function writeProfiles(profiles: Readonly<Record<string, Profile>>): Promise<void> {
  const path = await profilesPath();
  if (path === undefined) throw new UsageError('Profiles cannot be kept: you have no home folder. Set HOME.');
  const next = `${path}.${process.pid}`;
  try {
    await createFolder(dirname(path));
    await writeFile(next, `${JSON.stringify({ profiles }, undefined, 2)}\n`, { mode: 0o600 });
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw new UsageError(`The profiles cannot be written: ${(error as Error).message}`);
  }
}
