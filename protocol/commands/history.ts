import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { streamMessage } from '../events.ts';
import { field } from '../fields.ts';
import { fieldDocs, sample } from '../shared-docs.ts';

export const history = command({
  summary: 'Show earlier messages',
  who: 'member',
  activity: true,
  weight: 2,
  reply: 'response',
  group: 'chat',
  repeat: 'as-is',
  request: { stream: field.stream, before: v.optional(field.seq), limit: v.optional(field.pageSize) },
  result: { messages: v.array(streamMessage), more: v.boolean() },
  refusals: [],
});

export const docs: Docs<typeof history> = () => ({
  request: {
    stream: 'The stream to read.',
    before: 'Sequence number in the stream to end before. Default: the end of the stream.',
    limit: fieldDocs.pageSize(),
  },
  result: { messages: fieldDocs.messages, more: 'Whether there are earlier messages.' },
  example: {
    request: { stream: 'room', before: 483, limit: 2 },
    result: {
      messages: [
        { type: 'event', event: 'broadcast', ...sample.toAll },
        { type: 'event', event: 'hidden', stream: 'room', seq: 482 },
      ],
      more: true,
    },
  },
});
