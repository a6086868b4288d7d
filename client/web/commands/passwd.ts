import { chatCommand } from '../../chat/chat-command.ts';
import type { CommandHost } from '../state/command-host.ts';

export const passwd = (host: CommandHost) =>
  chatCommand('passwd', {
    aliases: ['password'],
    async run() {
      host.changePassword();
      return [];
    },
  });
