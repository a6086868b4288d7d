import { wholeNumber } from '../../commands/options.ts';
import { adminCommand } from '../console-command.ts';
import { count, moment } from '../texts.ts';

export const invite = adminCommand('invite', {
  options: {
    uses: wholeNumber('--uses <number>', 'how many users may register with it: 1 by default, at most 1000'),
    days: wholeNumber('--days <number>', 'for how many days it is valid: 7 by default, at most 365'),
  },
  async run(context, _args, { uses, days }) {
    const result = await context.admin.ask('invite', {
      ...(uses !== undefined && { uses }),
      ...(days !== undefined && { days }),
    });
    context.show(
      result,
      `${count(result.uses, 'user')} can register with this code until ${moment(result.until)}. It is not shown again:`,
      result.code,
    );
    return undefined;
  },
});
