import { chatCommand } from '../../chat/chat-command.ts';
import { messageText, user as userName } from '../../chat/parameters.ts';
import { asksAboutFile, offerAsFile } from '../../chat/too-long.ts';
import type { CommandHost } from '../state/command-host.ts';

export const message = (host: CommandHost) =>
  chatCommand('message', {
    aliases: ['msg', 'm'],
    parameters: { user: userName, text: messageText },
    async run(context, { user, text }) {
      if (asksAboutFile(context, text)) return offerAsFile(context, text, user);
      // A conversation opens only with a user who exists.
      const { to } = await host.outbox.sendPrivate(user, text);
      host.open(to);
      return [];
    },
  });
