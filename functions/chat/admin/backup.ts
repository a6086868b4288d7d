import { inSlices } from '../backup/slices.ts';
import { backupWork } from '../backup/take-backup.ts';
import type { AdminHandler } from './handler.ts';

export const backup: AdminHandler<'backup'> = async (room, { from, withFiles }) => {
  const name = `room_${stamp(room.clock.now())}.ndjson.gz`;
  const { state, result, next } = await inSlices(room, backupWork(room, name, withFiles), from);
  return {
    stage: state.stage,
    counts: state.counts,
    ...(result && { backup: { name: result.name, bytes: result.bytes, seal: result.seal } }),
    ...(next !== undefined && { next }),
  };
};

/** A time in a file's name: no character that a file system or a shell stumbles over. */
const stamp = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');

export const backups: AdminHandler<'backups'> = async (room) => ({ backups: await room.vault.list('backups') });

export const backupUrl: AdminHandler<'backup-url'> = async (room, { name }) => ({
  url: await room.vault.downloadUrl({ folder: 'backups', name }),
});

export const uploadUrl: AdminHandler<'upload-url'> = async (room, { name, bytes }) =>
  room.vault.uploadUrl({ folder: 'backups', name }, bytes);
