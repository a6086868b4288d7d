import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Completion } from '../../terminal/completion.ts';
import type { RoomAdmin } from '../room-admin.ts';

/** The backups in the bucket whose names begin like this, newest first, and the backups on this machine. */
export async function backupsLike(typed: string, admin: RoomAdmin): Promise<Completion> {
  const [stored, files] = await Promise.all([
    admin.ask('backups', {}).then(
      ({ backups }) => backups.map(({ name }) => name).reverse(),
      () => [],
    ),
    filesLike(typed),
  ]);
  const names = stored.filter((name) => name.startsWith(typed)).map((name) => `${name} `);
  return { candidates: [...names, ...files], of: typed };
}

/** Backups and folders. */
async function filesLike(typed: string): Promise<string[]> {
  const [folder, begun] = typed.endsWith('/') ? [typed, ''] : [dirname(typed), basename(typed)];
  const inFolder = typed.includes('/') ? (name: string) => join(folder, name) : (name: string) => name;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(({ name }) => name.startsWith(begun) && (begun !== '' || !name.startsWith('.')))
    .flatMap((entry) => {
      if (entry.isDirectory()) return [`${inFolder(entry.name)}/`];
      return entry.name.endsWith('.ndjson.gz') ? [`${inFolder(entry.name)} `] : [];
    });
}
