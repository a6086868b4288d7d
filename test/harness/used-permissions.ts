import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access, Grant } from '../../local/iam/access.ts';
import { temporaryFolder } from './ending.ts';

/**
 * The environment variable with the folder in which the rooms of a test run note the used permissions of their
 * functions.
 */
const variable = 'USED_RIGHTS_FOLDER';

/** Notes the used permissions of a room's functions, if a collection is running. */
export function noteUsedPermissions(access: Access): void {
  const folder = process.env[variable];
  if (folder !== undefined) writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(access.used));
}

/** Collects the notes of every room of a test run, in this process and its child processes. */
export class UsedPermissions {
  readonly #folder = temporaryFolder('used-permissions-');

  constructor() {
    process.env[variable] = this.#folder;
  }

  /** Ends the collection. */
  end(): Grant[] {
    delete process.env[variable];
    const notes = readdirSync(this.#folder).map((file) => readFileSync(join(this.#folder, file), 'utf8'));
    rmSync(this.#folder, { recursive: true });
    return notes.flatMap((note): Grant[] => JSON.parse(note));
  }
}
