import { endFile } from '../files/end-file.ts';
import type { FileRoom } from '../files/ports.ts';
import type { Member } from '../model.ts';
import { Refusal } from '../refusal.ts';
import { handle } from './command.ts';
import { findWaiting } from './fileget.ts';

export const filedone = handle('filedone', {
  run: (room: FileRoom, { arguments: file, member }) => end(room, member, file, 'file-received'),
});

export const filedecline = handle('filedecline', {
  run: (room: FileRoom, { arguments: file, member }) => end(room, member, file, 'file-declined'),
});

/** Ends a file in its recipient's name, once: whoever comes second finds none. */
async function end(
  room: FileRoom,
  member: Member,
  { from, name }: { from: string; name: string },
  event: 'file-received' | 'file-declined',
): Promise<Record<string, never>> {
  const file = await findWaiting(room, member.accountId, from, name);
  const sentAt = new Date(room.clock.now()).toISOString();
  const ended = await endFile(room, file, { event, by: member.displayName, name: file.name, sentAt });
  if (!ended) throw new Refusal('no-such-file');
  return {};
}
