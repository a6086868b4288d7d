import { foldName, limits, otherUser, type StreamMessage } from '../../protocol/index.ts';
import type { Member } from './model.ts';
import type { EarlierPage, Room } from './ports.ts';
import { merge, pageOf, sentAt } from './reply-page.ts';

/** A half without messages that are left to read. */
const nothing: EarlierPage = { messages: [], reached: undefined };

/**
 * A page of both halves of a private conversation, newest last. A request reads a part of both inboxes, each back to a
 * time. The page begins at the later of these two times, so it has no gap. The half with the later time is never cut
 * there, so the cursor always moves.
 * @param cursor From the previous reply. It only says where to start reading, so a forged one shows nothing else.
 */
export async function conversationPage(
  room: Room,
  member: Member,
  { user, cursor, limit }: { readonly user: string; readonly cursor: string | undefined; readonly limit: number },
) {
  const name = foldName(user);
  const [receivedBefore, sentBefore] = cursor?.split('-').map(Number) ?? [];
  const [received, sent] = await Promise.all([
    receivedHalf(room, member, name, receivedBefore),
    sentHalf(room, member, name, sentBefore),
  ]);
  const start =
    [received, sent]
      .map(({ reached }) => reached?.time ?? '')
      .sort()
      .at(-1) ?? '';
  const complete = merge(since(start, received), since(start, sent));
  const { fitting } = pageOf([...complete].reverse(), limit);
  const [nextReceived, nextSent] = [received, sent].map((half) => unreadBefore(half, new Set(fitting)));
  const more = nextReceived !== 0 || nextSent !== 0;
  return { messages: fitting.reverse(), more, ...(more && { cursor: `${nextReceived}-${nextSent}` }) };
}

/**
 * The messages that follow the last one sent before `start`. Functions' clocks may disagree, so a later number can have an
 * earlier time.
 */
const since = (start: string, { messages }: EarlierPage) =>
  messages.slice(messages.findLastIndex((message) => sentAt(message) < start) + 1);

/** The messages from a user of this name in one page of the caller's inbox. */
async function receivedHalf(
  room: Room,
  member: Member,
  name: string,
  before: number | undefined,
): Promise<EarlierPage> {
  if (before === 0) return nothing;
  const { messages, reached } = await room.streams.before('inbox', member, before, limits.pageSize);
  return { messages: messages.filter((message) => foldName(otherUser(message) ?? '') === name), reached };
}

/** The messages that the caller has sent to the account that has this name now. */
async function sentHalf(room: Room, member: Member, name: string, before: number | undefined): Promise<EarlierPage> {
  const recipient = before === 0 || name === member.name ? undefined : await room.accounts.find(name);
  return recipient ? room.streams.sentTo(recipient, member, before) : nothing;
}

/** The number before which the next request reads this half. 0: nothing is left. */
function unreadBefore({ messages, reached }: EarlierPage, shown: ReadonlySet<StreamMessage>): number {
  const left = messages.findLast((message) => !shown.has(message));
  return left ? left.seq + 1 : (reached?.seq ?? 0);
}
