import { wholeNumber } from '../../commands/options.ts';
import { word } from '../../commands/parameters.ts';
import { adminCommand } from '../console-command.ts';
import { count, moment } from '../texts.ts';

export const ban = adminCommand('ban', {
  parameters: { address: word('address or prefix') },
  options: { hours: wholeNumber('--hours <number>', 'for how long; until "unban" by default') },
  async run(context, { address }, { hours }) {
    const result = await context.admin.ask('ban', { address, ...(hours !== undefined && { hours }) });
    const end = result.until === undefined ? '' : ` until ${moment(result.until)}`;
    context.show(result, `${result.address} is banned${end}. ${count(result.ended, 'session')} ended.`);
    return undefined;
  },
});
