import { adminCommand } from '../console-command.ts';
import { count, moment } from '../texts.ts';

export const invites = adminCommand('invites', {
  async run(context) {
    const heading = '[admin] Invitations:';
    const { invitations } = await context.admin.ask('invites', {});
    if (invitations.length === 0) context.note(heading, '(none)');
    for (const [i, one] of invitations.entries()) {
      const line = `${one.id}: ${count(one.usesLeft, 'user')} until ${moment(one.until)}`;
      context.show(one, ...(i === 0 ? [heading] : []), line);
    }
    return undefined;
  },
});
