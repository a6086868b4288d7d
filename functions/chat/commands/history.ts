import { limits } from '../../../protocol/index.ts';
import { handle } from './command.ts';
import { pageOf } from './sync.ts';

export const history = handle('history', {
  async run(room, { arguments: { stream, before, limit = limits.pageSize }, member }) {
    const page = await room.streams.before(stream, member, before, limit);
    // The newest are kept if not all fit.
    const { fitting, all } = pageOf(page.messages.toReversed(), limit);
    return { messages: fitting.reverse(), more: page.more || !all };
  },
});
