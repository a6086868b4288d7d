import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs } from '../shared-docs.ts';

export const unblock = command({
  summary: 'Unblock a user',
  who: 'member',
  activity: true,
  reply: 'response',
  group: 'chat',
  repeat: { doneIf: 'not-blocked' },
  request: { user: field.user },
  result: {},
  refusals: ['no-such-user', 'not-blocked', 'block-self'],
  audit: { concerns: 'user' },
});

export const docs: Docs<typeof unblock> = () => ({
  request: { user: fieldDocs.user },
  result: {},
  example: { request: { user: 'Facebook' }, result: {} },
});
