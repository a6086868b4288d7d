import { limits, type Result } from '../../../protocol/index.ts';
import { memberCommand } from '../command.ts';
import type { FileRoom } from '../files/file-room.ts';
import { urlLifetime } from '../files/lifetimes.ts';
import { takeUrl } from '../files/quota.ts';
import { findWaiting } from '../files/waiting-file.ts';
import { Refusal } from '../refusal.ts';
import { pageOf } from '../reply-page.ts';

export const fileget = memberCommand('fileget', {
  async run(room: FileRoom, { arguments: { from, name }, member }) {
    if (from === undefined && name === undefined) return list(room, member.accountId);
    if (from === undefined || name === undefined) {
      const field = from === undefined ? 'from' : 'name';
      throw new Refusal('bad-request', { field }, `${field}: from and name are given together, or neither.`);
    }
    const file = await findWaiting(room, member.accountId, from, name);
    await takeUrl(room, file);
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
