import { RefusalError, type RoomConnection } from '../../room/common.ts';
import { ask, askNewPassword } from '../ask.ts';
import { chatCommand } from '../chat-command.ts';

/**
 * The rule for new passwords, learnt from the refusal of an empty one. The room refuses it before it checks the old
 * one.
 */
async function shortestPassword(room: RoomConnection, oldPassword: string): Promise<number | undefined> {
  try {
    await room.changePassword(oldPassword, '');
  } catch (error) {
    if (!(error instanceof RefusalError) || error.code !== 'invalid-password') throw error;
    return error.details.limit;
  }
  return undefined;
}

export const passwd = chatCommand('passwd', {
  aliases: ['password'],
  async run({ screen, room }) {
    const oldPassword = await ask(screen, ['Please enter your old password:'], 'secret');
    const shortest = screen.isAttended ? await shortestPassword(room, oldPassword) : undefined;
    const newPassword = await askNewPassword(screen, shortest);
    if (newPassword === undefined) return ['Your password is unchanged.'];
    await room.changePassword(oldPassword, newPassword);
    return ['You have changed your password.'];
  },
});
