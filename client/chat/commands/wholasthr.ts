import { chatCommand } from '../chat-command.ts';
import { userList } from '../user-list.ts';

export const wholasthr = chatCommand('wholasthr', {
  aliases: ['recent'],
  run: async ({ room, names }) =>
    userList('Other users of the last hour are:', await room.request('wholasthr', {}), names),
});
