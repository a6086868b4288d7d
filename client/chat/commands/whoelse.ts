import { chatCommand } from '../chat-command.ts';
import { userList } from '../user-list.ts';

export const whoelse = chatCommand('whoelse', {
  aliases: ['who', 'names'],
  run: async ({ room, names }) => userList('The other users online are:', await room.request('whoelse', {}), names),
});
