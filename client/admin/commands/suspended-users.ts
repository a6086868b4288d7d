import { adminCommand } from '../console-command.ts';
import { showList } from '../show-list.ts';

export const suspendedUsers = adminCommand('suspended-users', {
  run: (context) =>
    showList(context, '[admin] Suspended users:', context.admin.askOn('suspended-users', {}), (one) => one.user),
});
