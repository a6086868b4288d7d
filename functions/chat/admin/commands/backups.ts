import type { AdminHandler } from '../handler.ts';

export const backups: AdminHandler<'backups'> = async (room) => ({ backups: await room.backupStore.list('backups') });
