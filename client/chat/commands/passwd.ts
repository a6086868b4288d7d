import { ask, askNewPassword } from '../ask.ts';
import { chatCommand } from '../chat-command.ts';

export const passwd = chatCommand('passwd', {
  aliases: ['password'],
  async run({ screen, room }) {
    const oldPassword = await ask(screen, ['Please enter your old password:'], 'secret');
    await room.changePassword(oldPassword, await askNewPassword(screen));
    return ['You have changed your password.'];
  },
});
