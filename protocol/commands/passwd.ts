import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs } from '../shared-docs.ts';

export const passwd = command({
  summary: 'Change your password',
  who: 'member',
  activity: true,
  weight: 10,
  reply: 'response',
  group: 'account',
  repeat: 'never',
  request: { oldPassword: field.password, newPassword: field.unicode, newToken: v.optional(field.newToken) },
  result: {},
  refusals: ['wrong-password', 'login-blocked', 'invalid-password'],
});

export const docs: Docs<typeof passwd> = () => ({
  request: {
    oldPassword: 'The current password.',
    newPassword: fieldDocs.newPassword(),
    newToken:
      'The token of the session from now on: at least 128 random bits, kept secret. Default: the session can no longer be resumed.',
  },
  result: {},
  example: { request: { oldPassword: 'roar, lion', newPassword: 'roar, lion, roar' }, result: {} },
});
