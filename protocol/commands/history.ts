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
  request: {
    stream: field.stream,
    before: v.optional(field.seq),
    limit: v.optional(field.pageSize),
    with: v.optional(field.user),
    cursor: v.optional(field.cursor),
  },
  result: {
    messages: v.array(streamMessage),
    more: v.boolean(),
    before: v.optional(field.seq),
    cursor: v.optional(v.string()),
  },
  refusals: [],
});

export const docs: Docs<typeof history> = () => ({
  description:
    'With `with`, it returns both halves of a private conversation. A message that the caller has sent has `to`, and ' +
    "its `seq` is its number in the recipient's inbox. A page may be short or empty although `more` is true: each " +
    'request reads a bounded part.',
  request: {
    stream: 'The stream to read; `inbox` for a private conversation.',
    before: 'Sequence number in the stream to end before. Default: the end of the stream. Not used with `with`.',
    limit: fieldDocs.pageSize(),
    with: 'Name of the other user of a private conversation. Case does not matter.',
    cursor: 'The `cursor` of the reply before. Default: the end of the conversation.',
  },
  result: {
    messages: fieldDocs.messages,
    more: 'Whether there are earlier messages.',
    before: 'Pass it as `before` to read on. Only without `with`, while `more` is true.',
    cursor: 'Opaque: pass it to read on. Only with `with`, while `more` is true.',
  },
  example: {
    request: { stream: 'room', before: 483, limit: 2 },
    result: {
      messages: [
        { type: 'event', event: 'broadcast', ...sample.toAll },
        { type: 'event', event: 'hidden', stream: 'room', seq: 482 },
      ],
      more: true,
      before: 481,
    },
  },
});
