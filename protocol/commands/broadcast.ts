import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs, sample } from '../shared-docs.ts';

export const broadcast = command({
  summary: 'Send a message to everyone',
  who: 'member',
  activity: true,
  weight: 5,
  reply: 'response',
  group: 'chat',
  repeat: 'marked',
  request: { text: field.text },
  result: { seq: field.seq, sentAt: field.time, online: field.count },
  refusals: ['too-long'],
});

export const docs: Docs<typeof broadcast> = () => ({
  description:
    'Readers who blocked the sender get `hidden` under the same sequence number. The sender gets the event as well.',
  request: { text: fieldDocs.text() },
  result: {
    seq: "The message's sequence number in the room.",
    sentAt: fieldDocs.sentAt,
    online: 'How many users it is being posted to.',
  },
  example: { request: { text: 'Lunch, anybody?' }, result: { seq: 482, sentAt: sample.later, online: 3 } },
});
