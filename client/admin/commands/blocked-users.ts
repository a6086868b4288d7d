import { adminCommand } from '../console-command.ts';
import { showList } from '../show-list.ts';
import { blockText, moment } from '../texts.ts';

export const blockedUsers = adminCommand('blocked-users', {
  run: (context) =>
    showList(
      context,
      '[admin] Blocked users:',
      context.admin.askOn('blocked-users', {}),
      (one) => `${blockText(one)} until ${moment(one.until)}`,
    ),
});
