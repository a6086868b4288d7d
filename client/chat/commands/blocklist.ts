import { chatCommand } from '../chat-command.ts';
import { userList } from '../user-list.ts';

export const blocklist = chatCommand('blocklist', {
  aliases: ['ignored'],
  run: async ({ room, names }) =>
    userList('The users you have blocked are:', await room.request('blocklist', {}), names),
});
