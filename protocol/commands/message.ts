import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs, sample } from '../shared-docs.ts';

export const message = command({
  summary: 'Send a message to one user, online or not',
  who: 'member',
  activity: true,
  reply: 'response',
  group: 'chat',
  repeat: 'marked',
  request: { to: field.user, text: field.text },
  result: { delivery: v.picklist(['delivered', 'stored']), seq: field.seq, sentAt: field.time },
  refusals: ['no-such-user', 'to-self', 'blocked', 'too-long'],
});

export const docs: Docs<typeof message> = () => ({
  description: 'The room stores it for a user who is offline.',
  request: { to: fieldDocs.to, text: fieldDocs.text() },
  result: {
    delivery: '`delivered`: posted to the recipient just now. `stored`: waits for the recipient.',
    seq: "The message's sequence number in the recipient's inbox.",
    sentAt: fieldDocs.sentAt,
  },
  example: {
    request: { to: 'Hudson', text: 'Noon it is.' },
    result: { delivery: 'delivered', seq: 7, sentAt: sample.later },
  },
});
