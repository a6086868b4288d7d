import { limits, type StreamMessage } from '../../../protocol/index.ts';
import { memberCommand } from '../command.ts';
import { merge, pageOf } from '../reply-page.ts';

const lastOf = (messages: readonly StreamMessage[], stream: StreamMessage['stream'], otherwise: number) =>
  messages.findLast((one) => one.stream === stream)?.seq ?? otherwise;

export const sync = memberCommand('sync', {
  async run(room, { arguments: args, member }) {
    const needsCursor = args.inbox === undefined || args.room === undefined;
    const account = needsCursor ? await room.accounts.find(member.name) : undefined;
    const inboxFrom = args.inbox ?? account?.acknowledged.inbox ?? 0;
    const roomFrom = args.room ?? account?.acknowledged.room ?? 0;
    const limit = args.limit ?? limits.pageSize;
    const [inboxPage, roomPage] = await Promise.all([
      room.streams.after('inbox', member, inboxFrom, limit),
      room.streams.after('room', member, roomFrom, limit),
    ]);
    const { fitting, all } = pageOf(merge(inboxPage.messages, roomPage.messages), limit);
    return {
      messages: fitting,
      upTo: all
        ? { inbox: inboxPage.upTo, room: roomPage.upTo }
        : { inbox: lastOf(fitting, 'inbox', inboxFrom), room: lastOf(fitting, 'room', roomFrom) },
      more: !all || inboxPage.more || roomPage.more,
    };
  },
});
