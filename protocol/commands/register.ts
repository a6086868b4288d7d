import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs } from '../shared-docs.ts';

export const register = command({
  summary: 'Create an account',
  who: 'guest',
  activity: false,
  weight: 2,
  reply: 'response',
  group: 'account',
  repeat: 'never',
  request: { user: field.unicode, password: field.unicode, invite: v.optional(field.token) },
  result: { user: v.string() },
  refusals: [
    'user-exists',
    'invalid-user',
    'invalid-password',
    'room-stopped',
    'banned',
    'registration-closed',
    'invitation-required',
    'invalid-invitation',
  ],
  audit: {
    unknownUserIf: ['registration-closed', 'invitation-required', 'invalid-invitation'],
  },
});

export const docs: Docs<typeof register> = () => ({
  request: {
    user: 'The new user name: 1 to 32 of `A-Z a-z 0-9 . _ -`, starting with a letter or digit.',
    password: fieldDocs.newPassword(),
    invite:
      'The code of an invitation. Required after `invitation-required`; a room that is open to everyone ignores it.',
  },
  result: { user: fieldDocs.displayName },
  example: { request: { user: 'Columbia', password: 'roar, lion' }, result: { user: 'Columbia' } },
});
