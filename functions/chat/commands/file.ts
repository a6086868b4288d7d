import { foldName, wrongWithFileName } from '../../../protocol/index.ts';
import { memberCommand } from '../command.ts';
import type { FileRoom } from '../files/file-room.ts';
import { uploadTimes } from '../files/lifetimes.ts';
import type { FileRecord } from '../files/ports.ts';
import { keepQuota, refuseAboveQuota } from '../files/quota.ts';
import { tidyFile } from '../files/tidy.ts';
import { composedName } from '../files/waiting-file.ts';
import type { Settings } from '../model.ts';
import { Refusal } from '../refusal.ts';

export const file = memberCommand('file', {
  prefetch: async (room: FileRoom, { to }) => {
    const [state, recipient] = await Promise.all([room.state.read(), room.accounts.find(foldName(to))]);
    return { state, recipient };
  },

  async run(room: FileRoom, { arguments: { name, size, sha256 }, member }, { state, recipient }) {
    const composed = composedName(name);
    const wrong = wrongWithFileName(composed);
    if (wrong !== undefined) throw new Refusal('invalid-file-name', {}, `A file name ${wrong}.`);
    if (!recipient) throw new Refusal('no-such-user');
    if (recipient.accountId === member.accountId) throw new Refusal('to-self');
    if (recipient.blocks.has(member.accountId)) throw new Refusal('blocked');
    if (size > state.maxFileBytes) throw new Refusal('file-too-large', { limit: state.maxFileBytes });
    const { accountId, displayName } = recipient;
    const now = room.clock.now();
    const announced = await announce(room, state, {
      recipient: { name: recipient.name, displayName, accountId },
      sender: member,
      name: composed,
      size,
      sha256,
      objectKey: room.objects.newKey(accountId, member.name, composed),
      state: 'announced',
      ...uploadTimes(now, size),
    });
    const { url, headers } = await room.objects.uploadUrl(announced, now, announced.uploadUntil);
    return {
      url,
      method: 'PUT' as const,
      headers: { ...headers },
      expiresAt: new Date(announced.uploadUntil).toISOString(),
    };
  },
});

/**
 * Records the announcement. If the same file has been announced before and has not been uploaded, its record is renewed: the upload
 * was interrupted, or the reply was lost. The function that recorded it may have been killed before it counted, so it is counted again.
 */
async function announce(room: FileRoom, settings: Settings, file: FileRecord): Promise<FileRecord> {
  for (;;) {
    const outcome = await room.files.announce(file);
    if (outcome.announced) {
      await keepQuota(room, file, settings);
      return file;
    }
    const { standing } = outcome;
    const again = standing.state === 'announced' && isSame(standing, file);
    const now = room.clock.now();
    if (standing.dueAt <= now || (standing.state === 'announced' && !again && standing.uploadUntil <= now)) {
      await tidyFile(room, standing);
    } else if (again) {
      await refuseAboveQuota(room, standing, settings);
      const { uploadUntil } = file;
      // Always later than before: `withdraw` recognizes a renewal by it.
      const dueAt = Math.max(file.dueAt, standing.dueAt + 1);
      if (await room.files.renew(standing, { uploadUntil, dueAt })) return { ...standing, uploadUntil, dueAt };
    } else {
      throw new Refusal('file-exists');
    }
  }
}

const isSame = (one: FileRecord, other: FileRecord) =>
  one.sender.accountId === other.sender.accountId && one.sha256 === other.sha256 && one.size === other.size;
