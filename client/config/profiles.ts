import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';
import * as v from 'valibot';
import { UsageError } from './errors.ts';

/** A stored room and user. Never contains a password. */
const profile = v.strictObject({ url: v.string(), user: v.optional(v.string()) });
export type Profile = v.InferOutput<typeof profile>;

const profileFile = v.pipe(v.string(), v.parseJson(), v.strictObject({ profiles: v.record(v.string(), profile) }));

export const isProfileName = (name: string): boolean => /^[A-Za-z0-9][\w.-]{0,63}$/.test(name) && !(name in {});

/** The path of the profiles file, in the operating system's configuration folder (Linux: `~/.config/chat-room/profiles.json`). */
export const profilesPath = (): string => join(envPaths('chat-room', { suffix: '' }).config, 'profiles.json');

/**
 * All profiles, by name.
 * @throws {UsageError} if the file is not a valid profiles file.
 */
export async function readProfiles(): Promise<Readonly<Record<string, Profile>>> {
  const path = profilesPath();
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
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

/** Replaces the profiles atomically. Only the owner can read the file. */
export async function writeProfiles(profiles: Readonly<Record<string, Profile>>): Promise<void> {
  const path = profilesPath();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  await writeFile(next, `${JSON.stringify({ profiles }, undefined, 2)}\n`, { mode: 0o600 });
  await rename(next, path);
}
