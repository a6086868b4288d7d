import { type EventOf, foldName, type NoticeEvent, otherUser } from '../../../protocol/index.ts';
import { logoutReasons, messageLine } from '../../chat/texts.ts';
import type { ShownMessage } from '../../room/common.ts';
import type { Line } from '../../terminal/line.ts';
import { texts } from '../texts.ts';
import { roomId } from './conversation.ts';
import type { Item, MessageItem, NoticeItem } from './items.ts';

/** A message's number is its own only within its stream, and until the room is restored from a backup. */
function keyOf(message: ShownMessage): string {
  const { stream, seq, sentAt } = message;
  const owner = message.event === 'message' && message.to !== undefined ? ` of ${foldName(message.to)}` : '';
  return `${stream}${owner} ${seq} ${sentAt}`;
}

const entryOf = (message: ShownMessage) => ({ key: keyOf(message), at: Date.parse(message.sentAt) });

/** The item that shows what somebody has said. */
export const messageItem = (message: EventOf<'broadcast' | 'message'>): MessageItem => ({
  ...entryOf(message),
  kind: 'message',
  from: message.from,
  text: message.text,
});

/** The item that shows a message of a stream. */
export function itemOf(message: ShownMessage): Item {
  const entry = entryOf(message);
  switch (message.event) {
    case 'broadcast':
    case 'message':
      return messageItem(message);
    case 'file':
      return { ...entry, kind: 'file', from: message.from, name: message.name, size: message.size };
    default:
      return { ...entry, kind: 'notice', text: plain(messageLine(message, undefined)) };
  }
}

/** The name of the conversation that a message belongs to. */
export const conversationOf = (message: ShownMessage): string => otherUser(message) ?? roomId;

/** What has become of a file of this user. Undefined if the message says nothing about one. */
export function fateOf(message: ShownMessage): string | undefined {
  switch (message.event) {
    case 'file-received':
      return texts.savedBy(message.by);
    case 'file-declined':
      return texts.declinedBy(message.by);
    case 'file-failed':
      return plain(messageLine(message, undefined));
    default:
      return undefined;
  }
}

let notices = 0;

/** Something that has just happened. */
export function noticeNow(text: string): NoticeItem {
  notices += 1;
  return { kind: 'notice', key: `notice ${notices}`, at: Date.now(), text };
}

/** Users have logged in or out. */
export function noticeText(notice: NoticeEvent): string {
  switch (notice.event) {
    case 'login':
      return `${notice.user} has logged in.`;
    case 'logout':
      return `${notice.user} has logged out${logoutReasons[notice.reason]}.`;
    case 'presence':
      return `${notice.came} logged in, ${notice.left} logged out. ${notice.online} users are online.`;
  }
}

/** A line without its styles. */
export function plain(line: Line): string {
  if (typeof line === 'string') return line;
  return line.text.map((part) => (typeof part === 'string' ? part : part.text)).join('');
}
