import { optional, withPrevious } from '../../commands/parameters.ts';
import { chatCommand } from '../chat-command.ts';
import { fileTexts } from '../file-texts.ts';
import { fileSource, offeredFile } from '../parameters.ts';

export const fileget = chatCommand('fileget', {
  aliases: ['get', 'files'],
  parameters: { user: optional(fileSource), name: withPrevious(offeredFile) },
  async run({ room, names, transfers }, { user, name }) {
    if (user !== undefined && name !== undefined) {
      transfers.get(user, names.offeredName(user, name));
      return [];
    }
    const { files = [], more } = await room.request('fileget', {});
    names.offered(...files);
    if (files.length === 0) return ['No files are waiting for you.'];
    return [
      ...files.map(fileTexts.offered),
      ...(more ? ['... and more: they are listed once these have been fetched or declined.'] : []),
    ];
  },
});
