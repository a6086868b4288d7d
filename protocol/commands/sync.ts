import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { streamMessage } from '../events.ts';
import { field } from '../fields.ts';
import { fieldDocs, sample } from '../shared-docs.ts';

export const sync = command({
  summary: 'Get the messages after a position',
  who: 'member',
  activity: false,
  reply: 'response',
  group: 'chat',
  repeat: 'as-is',
  request: { inbox: v.optional(field.seq), room: v.optional(field.seq), limit: v.optional(field.pageSize) },
  result: {
    messages: v.array(streamMessage),
    upTo: v.object({ inbox: field.seq, room: field.seq }),
    more: v.boolean(),
  },
  refusals: [],
  audit: { refusalsOnly: true },
});

export const docs: Docs<typeof sync> = () => ({
  request: {
    inbox: 'Sequence number in the inbox to start after. Default: the last one acknowledged.',
    room: 'Sequence number in the room to start after. Default: the last one acknowledged.',
    limit: fieldDocs.pageSize(),
  },
  result: {
    messages: fieldDocs.messages,
    upTo: 'The sequence numbers that this page reaches: where the next `sync` starts.',
    more: 'Whether more messages may follow. A page may be empty and `more` true.',
  },
  nested: { 'upTo.inbox': 'In the inbox.', 'upTo.room': 'In the room.' },
  example: {
    request: { inbox: 11, room: 480, limit: 50 },
    result: {
      messages: [
        { type: 'event', event: 'message', ...sample.toColumbia },
        { type: 'event', event: 'broadcast', ...sample.toAll },
      ],
      upTo: { inbox: 12, room: 481 },
      more: false,
    },
  },
});
