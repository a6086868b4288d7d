import { limits } from '../../../protocol/index.ts';
import { optional, type Parameter, word } from '../../commands/parameters.ts';
import type { ShownMessage, StreamName } from '../../room/common.ts';
import { wordsLike } from '../../terminal/completion.ts';
import { chatCommand } from '../chat-command.ts';
import type { NamesSeen } from '../names-seen.ts';
import { historyLine } from '../texts.ts';

const headings = { inbox: 'The last private messages are:', room: 'The last broadcasts are:' } as const;

const streamName: Parameter<StreamName, NamesSeen, 'required'> = {
  ...word<NamesSeen>('inbox|room', (typed) => wordsLike(typed, Object.keys(headings))),
  parse: (typed) => (typed === 'inbox' || typed === 'room' ? typed : undefined),
};

const messageCount: Parameter<number, NamesSeen, 'required'> = {
  ...word<NamesSeen>(`1-${limits.pageSize}`),
  parse: (typed) => (/^[1-9]\d{0,2}$/.test(typed) && Number(typed) <= limits.pageSize ? Number(typed) : undefined),
};

export const history = chatCommand('history', {
  aliases: ['hist'],
  parameters: { stream: optional(streamName), count: optional(messageCount) },
  async run({ room, sent }, { stream = 'room', count = 20 }) {
    const { messages } = await room.request('history', { stream, limit: count });
    const shown = messages.filter((message): message is ShownMessage => message.event !== 'hidden');
    const own = stream === 'inbox' ? sent.last : [];
    const all = [...shown, ...own]
      .sort((one, other) => Date.parse(one.sentAt) - Date.parse(other.sentAt))
      .slice(-count);
    return [headings[stream], ...(all.length > 0 ? all.map((message) => historyLine(message, room.user)) : ['(none)'])];
  },
});
