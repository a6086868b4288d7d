import { clientCommand } from '../chat-command.ts';

export const logout = clientCommand({
  name: 'logout',
  summary: 'Log out and leave the room',
  run: async () => ({ goodbye: 'You have logged out. See you again!' }),
});
