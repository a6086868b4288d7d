import { memberCommand } from '../command.ts';
import type { FileRoom } from '../files/file-room.ts';
import { endWaiting } from '../files/waiting-file.ts';

export const filedecline = memberCommand('filedecline', {
  run: (room: FileRoom, { arguments: file, member }) => endWaiting(room, member, file, 'file-declined'),
});
