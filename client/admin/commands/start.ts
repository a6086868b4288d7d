import { adminCommand } from '../console-command.ts';

export const start = adminCommand('start', {
  async run(context) {
    context.show(await context.admin.ask('start', {}), 'The room is open.');
    return undefined;
  },
});
