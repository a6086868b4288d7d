import { consoleCommand } from '../console-command.ts';
import { texts } from '../texts.ts';

export const kick = consoleCommand('kick', {
  usage: '<user> [reason]',
  takesText: true,
  async run(desk, { args: [user = '', reason] }) {
    const result = await desk.admin.ask('kick', { user, ...(reason !== undefined && { reason }) });
    desk.show(result, texts.kicked(result.user));
  },
});
