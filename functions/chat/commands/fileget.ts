import { foldName, limits, type Result } from '../../../protocol/index.ts';
import { urlLifetime } from '../files/lifetimes.ts';
import type { FileRecord, FileRoom } from '../files/ports.ts';
import { Refusal } from '../refusal.ts';
import { handle } from './command.ts';
import { composedName } from './file.ts';
import { pageOf } from './sync.ts';

export const fileget = handle('fileget', {
  async run(room: FileRoom, { arguments: { from, name }, member }) {
    if (from === undefined && name === undefined) return list(room, member.accountId);
    if (from === undefined || name === undefined) {
      const field = from === undefined ? 'from' : 'name';
      throw new Refusal('bad-request', { field }, `${field}: from and name are given together, or neither.`);
    }
    const file = await findWaiting(room, member.accountId, from, name);
    const now = room.clock.now();
    const until = now + urlLifetime;
    return {
      url: await room.objects.downloadUrl(file, now, until),
      size: file.size,
      sha256: file.sha256,
      expiresAt: new Date(until).toISOString(),
    };
  },
});

/** A file that waits for somebody; refuses if there is none. */
export async function findWaiting(
  room: FileRoom,
  recipientId: string,
  from: string,
  name: string,
): Promise<FileRecord> {
  const file = await room.files.find(recipientId, foldName(from), composedName(name));
  // What is over by the clock is over, whenever it is tidied.
  if (file?.state !== 'stored' || file.dueAt <= room.clock.now()) throw new Refusal('no-such-file');
  return file;
}

async function list(room: FileRoom, recipientId: string): Promise<Result<'fileget'>> {
  const { files, more } = await room.files.waitingFor(recipientId, room.clock.now(), limits.pageSize);
  const waiting = files
    .toSorted((one, other) => (one.told?.seq ?? 0) - (other.told?.seq ?? 0))
    .map(({ sender, name, size, sha256, told }) => ({
      from: sender.displayName,
      name,
      size,
      sha256,
      sentAt: new Date(told?.at ?? 0).toISOString(),
    }));
  const { fitting, all } = pageOf(waiting, limits.pageSize);
  return { files: fitting, more: more || !all };
}
