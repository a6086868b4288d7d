import type { AdminHandler } from '../handler.ts';

export const backupUrl: AdminHandler<'backup-url'> = async (room, { name }) => ({
  url: await room.backupStore.downloadUrl({ folder: 'backups', name }),
});
