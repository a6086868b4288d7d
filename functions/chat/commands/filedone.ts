import { memberCommand } from '../command.ts';
import type { FileRoom } from '../files/file-room.ts';
import { endWaiting } from '../files/waiting-file.ts';

export const filedone = memberCommand('filedone', {
  run: (room: FileRoom, { arguments: file, member }) => endWaiting(room, member, file, 'file-received'),
});
