export { exitCodes, UnreachableError } from '../../client/admin/errors.ts';
export { RoomAdmin } from '../../client/admin/room-admin.ts';
export { runCommand } from '../../client/admin/run-command.ts';
