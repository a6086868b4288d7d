import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs, sample } from '../shared-docs.ts';
import { session } from '../shared-fields.ts';

export const resume = command({
  summary: 'Continue a session over a new connection',
  who: 'guest',
  activity: true,
  weight: 2,
  reply: 'response',
  group: 'account',
  repeat: 'never',
  request: { user: field.user, token: field.token, newToken: v.optional(field.newToken) },
  result: session,
  refusals: ['bad-token', 'kicked', 'room-stopped', 'banned'],
});

export const docs: Docs<typeof resume> = () => ({
  description:
    'Moves an open session to this connection, or continues one whose connection was lost, within its grace period. The old ' +
    'connection gets the event `replaced`; other users notice nothing. Send `sync` next, until `more` is false.',
  request: { user: fieldDocs.user, token: fieldDocs.token, newToken: fieldDocs.newToken },
  result: fieldDocs.session,
  nested: fieldDocs.unread,
  example: {
    request: { user: 'Columbia', token: sample.token },
    result: { ...sample.session, token: 'another-opaque-text' },
  },
});
