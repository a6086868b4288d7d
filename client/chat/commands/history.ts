import { foldName, limits, otherUser, type StreamMessage } from '../../../protocol/index.ts';
import { optional, type Parameter, word } from '../../commands/parameters.ts';
import type { ShownMessage, StreamName } from '../../room/common.ts';
import { wordsLike } from '../../terminal/completion.ts';
import { chatCommand } from '../chat-command.ts';
import type { NamesSeen } from '../names-seen.ts';
import { asName } from '../parameters.ts';
import { historyLine } from '../texts.ts';

const headings = { inbox: 'The last private messages are:', room: 'The last broadcasts are:' } as const;

const isStream = (typed: string): typed is StreamName => typed === 'inbox' || typed === 'room';

/** A stream, or a user. A number is a count. */
const source: Parameter<string, NamesSeen, 'required'> = {
  ...word<NamesSeen>('inbox|room|user', async (typed, { names }) => {
    await names.learn?.('users');
    return wordsLike(typed, [...Object.keys(headings), ...names.users]);
  }),
  parse: (typed) => (/^\d+$/.test(typed) ? undefined : asName(typed)),
};

const messageCount: Parameter<number, NamesSeen, 'required'> = {
  ...word<NamesSeen>(`1-${limits.pageSize}`),
  parse: (typed) => (/^[1-9]\d{0,2}$/.test(typed) && Number(typed) <= limits.pageSize ? Number(typed) : undefined),
};

export const history = chatCommand('history', {
  aliases: ['hist'],
  parameters: { source: optional(source), count: optional(messageCount) },
  async run({ room, sent }, { source: from = 'room', count = 20 }) {
    const user = isStream(from) ? undefined : from;
    const stream = isStream(from) ? from : 'inbox';
    const asked = { stream, limit: count, ...(user !== undefined && { with: user }) };
    let { messages, cursor } = await room.request('history', asked);
    // A page may have few messages of the two, or none: they may be far back in a large inbox.
    while (messages.length < count && cursor !== undefined) {
      const earlier = await room.request('history', { ...asked, cursor });
      messages = [...earlier.messages, ...messages];
      cursor = earlier.cursor;
    }
    // An older room returns the messages of all users.
    const isAsked = (message: StreamMessage) =>
      user === undefined || foldName(otherUser(message) ?? '') === foldName(user);
    const shown = messages.filter((message): message is ShownMessage => message.event !== 'hidden' && isAsked(message));
    const own = from === 'inbox' ? sent.last : [];
    const all = [...shown, ...own]
      .sort((one, other) => Date.parse(one.sentAt) - Date.parse(other.sentAt))
      .slice(-count);
    const heading = user === undefined ? headings[stream] : `The last private messages with "${user}" are:`;
    return [heading, ...(all.length > 0 ? all.map((message) => historyLine(message, room.user)) : ['(none)'])];
  },
});
