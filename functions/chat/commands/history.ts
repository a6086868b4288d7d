import { limits } from '../../../protocol/index.ts';
import { memberCommand } from '../command.ts';
import { conversationPage } from '../conversation.ts';
import { pageOf } from '../reply-page.ts';

export const history = memberCommand('history', {
  async run(room, { arguments: { stream, before, limit = limits.pageSize, with: user, cursor }, member }) {
    if (user !== undefined) return conversationPage(room, member, { user, cursor, limit });
    const page = await room.streams.before(stream, member, before, limit);
    // If not all fit, drop the oldest.
    const { fitting, all } = pageOf(page.messages.toReversed(), limit);
    const goOn = all ? page.reached?.seq : fitting.at(-1)?.seq;
    const more = goOn !== undefined;
    return { messages: fitting.reverse(), more, ...(more && { before: goOn }) };
  },
});
