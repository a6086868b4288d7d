import { chatCommand } from '../../chat/chat-command.ts';
import { user as userName } from '../../chat/parameters.ts';
import type { CommandHost } from '../state/command-host.ts';

/** A page cannot read paths, so the browser asks for the files. */
export const file = ({ transfers }: CommandHost) =>
  chatCommand('file', {
    aliases: ['send'],
    parameters: { user: { ...userName, shown: 'receiver' } },
    async run(_context, { user }) {
      transfers.choose(user);
      return [];
    },
  });
