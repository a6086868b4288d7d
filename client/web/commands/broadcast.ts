import { chatCommand } from '../../chat/chat-command.ts';
import { messageText } from '../../chat/parameters.ts';
import { asksAboutFile, offerAsFile } from '../../chat/too-long.ts';
import type { CommandHost } from '../state/command-host.ts';
import { roomId } from '../state/conversation.ts';

export const broadcast = (host: CommandHost) =>
  chatCommand('broadcast', {
    aliases: ['all', 'say'],
    parameters: { text: messageText },
    async run(context, { text }) {
      if (asksAboutFile(context, text)) return offerAsFile(context, text);
      host.open(roomId);
      host.outbox.send(host.conversation(roomId), text);
      return [];
    },
  });
