import type { AdminHandler } from '../handler.ts';

export const uploadUrl: AdminHandler<'upload-url'> = async (room, { name, bytes }) =>
  room.backupStore.uploadUrl({ folder: 'backups', name }, bytes);
