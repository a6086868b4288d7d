import { byteLength, limits, type StreamMessage } from '../../protocol/index.ts';

/** A reply must fit one WebSocket message, so the entries leave room for the rest of the frame. */
const replyBytes = limits.frameBytes - 1024;

/** When a message was sent, in a form that sorts by time. */
export const sentAt = (message: StreamMessage) => ('sentAt' in message ? message.sentAt : '');

/** Merges the messages of two streams, oldest first. Each stream stays in its own order, even if clocks disagreed. */
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

/** The first entries, as many as fit one reply and at most `limit`; `all` tells whether none is left. */
export function pageOf<T>(entries: Iterable<T>, limit = Number.POSITIVE_INFINITY): { fitting: T[]; all: boolean } {
  const fitting: T[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += byteLength(JSON.stringify(entry)) + 1;
    if (fitting.length === limit || bytes > replyBytes) return { fitting, all: false };
    fitting.push(entry);
  }
  return { fitting, all: true };
}
