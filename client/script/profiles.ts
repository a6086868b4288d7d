import { UsageError } from '../config/errors.ts';
import { findRoom, type Wanted } from '../config/find-room.ts';
import { isProfileName, readProfiles, writeProfiles } from '../config/profiles.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { jsonLine } from '../terminal/json-line.ts';
import { printable } from '../terminal/printable.ts';
import type { Output } from './scripts.ts';

/**
 * Stores a room and a user under a name.
 * @throws {UsageError | UnknownAddressError}
 */
export async function setProfile(name: string, wanted: Wanted): Promise<ExitCode> {
  if (!isProfileName(name)) throw new UsageError('A profile has a name of letters, digits, dots, dashes, underscores.');
  if (wanted.url === undefined && wanted.stack === undefined) throw new UsageError('Give --url or --stack.');
  const { url, user } = await findRoom(wanted);
  await writeProfiles({ ...(await readProfiles()), [name]: { url, ...(user !== undefined && { user }) } });
  return exitCodes.done;
}

/** Prints every profile: name, address, user. */
export async function listProfiles({ json, write }: Output): Promise<ExitCode> {
  for (const [name, profile] of Object.entries(await readProfiles())) {
    const { url, user = '' } = profile;
    await write(json ? jsonLine({ name, ...profile }) : printable(`${name} ${url} ${user}`.trimEnd()));
  }
  return exitCodes.done;
}

/**
 * Forgets a profile.
 * @throws {UsageError} if there is no profile of that name.
 */
export async function removeProfile(name: string): Promise<ExitCode> {
  const { [name]: removed, ...others } = await readProfiles();
  if (removed === undefined) throw new UsageError(`There is no profile "${name}".`);
  await writeProfiles(others);
  return exitCodes.done;
}
