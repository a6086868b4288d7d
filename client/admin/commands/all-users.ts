import { adminCommand } from '../console-command.ts';
import { showList } from '../show-list.ts';
import { moment } from '../texts.ts';

export const allUsers = adminCommand('all-users', {
  run: (context) =>
    showList(context, '[admin] All users:', context.admin.askOn('all-users', {}), (one) => {
      const seen = one.lastSeen === undefined ? '' : `, last seen at ${moment(one.lastSeen)}`;
      return `"${one.user}" created at ${moment(one.created)}${seen}, ${one.state}`;
    }),
});
