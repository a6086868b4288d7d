import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs } from '../shared-docs.ts';

export const block = command({
  summary: 'Block a user',
  who: 'member',
  activity: true,
  reply: 'response',
  group: 'chat',
  repeat: { doneIf: 'already-blocked' },
  request: { user: field.user },
  result: {},
  refusals: ['no-such-user', 'block-self', 'already-blocked', 'too-many-blocked', 'too-many-blockers'],
  audit: { concerns: 'user' },
});

export const docs: Docs<typeof block> = () => ({
  description:
    "The blocked user can no longer send you messages or files, and that user's broadcasts are `hidden` from you.",
  request: { user: fieldDocs.user },
  result: {},
  example: { request: { user: 'Facebook' }, result: {} },
});
