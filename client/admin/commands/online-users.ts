import { adminCommand } from '../console-command.ts';
import { showList } from '../show-list.ts';
import { moment } from '../texts.ts';

export const onlineUsers = adminCommand('online-users', {
  run: (context) =>
    showList(context, '[admin] Online users:', context.admin.askOn('online-users', {}), (one) => {
      const lost = one.state === 'lost' ? ', connection lost' : '';
      return `${one.user} on ${one.address} since ${moment(one.since)}, last active at ${moment(one.lastActive)}${lost}`;
    }),
});
