import { byteLength, limits, type StreamMessage } from '../../../protocol/index.ts';
import type { Page } from '../ports.ts';
import { handle } from './command.ts';

/** A reply must fit one WebSocket message, with room for its own frame around the messages. */
const replyBytes = limits.frameBytes - 1024;

const sentAt = (one: StreamMessage) => ('sentAt' in one ? one.sentAt : '');

/** Two streams as one list, oldest first, each stream in its own order whatever the clocks said. */
export function* merge(inbox: readonly StreamMessage[], room: readonly StreamMessage[]) {
  let i = 0;
  let r = 0;
  while (i < inbox.length || r < room.length) {
    const fromInbox = inbox[i];
    const fromRoom = room[r];
    if (fromInbox && (!fromRoom || sentAt(fromInbox) <= sentAt(fromRoom))) {
      i += 1;
      yield fromInbox;
    } else if (fromRoom) {
      r += 1;
      yield fromRoom;
    }
  }
}

/** As many entries from the beginning as one reply can hold, of so many at most, and whether that is all. */
export function pageOf<T>(entries: Iterable<T>, limit = Number.POSITIVE_INFINITY): { fitting: T[]; all: boolean } {
  const fitting: T[] = [];
  let bytes = 0;
  for (const one of entries) {
    bytes += byteLength(JSON.stringify(one)) + 1;
    if (fitting.length === limit || bytes > replyBytes) return { fitting, all: false };
    fitting.push(one);
  }
  return { fitting, all: true };
}

const lastOf = (messages: readonly StreamMessage[], stream: StreamMessage['stream'], otherwise: number) =>
  messages.findLast((one) => one.stream === stream)?.seq ?? otherwise;

export const sync = handle('sync', {
  async run(room, { arguments: args, member }) {
    const needsCursor = args.inbox === undefined || args.room === undefined;
    const account = needsCursor ? await room.accounts.find(member.name) : undefined;
    const inboxFrom = args.inbox ?? account?.acknowledged.inbox ?? 0;
    const roomFrom = args.room ?? account?.acknowledged.room ?? 0;
    const limit = args.limit ?? limits.pageSize;
    const [inbox, roomPage]: Page[] = await Promise.all([
      room.streams.after('inbox', member, inboxFrom, limit),
      room.streams.after('room', member, roomFrom, limit),
    ] as const);
    const { fitting, all } = pageOf(merge(inbox?.messages ?? [], roomPage?.messages ?? []), limit);
    return {
      messages: fitting,
      upTo: { inbox: lastOf(fitting, 'inbox', inboxFrom), room: lastOf(fitting, 'room', roomFrom) },
      more: !all || inbox?.more === true || roomPage?.more === true,
    };
  },
});
