import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs, sample } from '../shared-docs.ts';
import { passwordRefusals, session } from '../shared-fields.ts';

export const login = command({
  summary: 'Log in',
  who: 'guest',
  activity: true,
  reply: 'response',
  group: 'account',
  repeat: 'never',
  request: {
    user: field.user,
    password: field.password,
    newPassword: v.optional(field.unicode),
    newToken: v.optional(field.newToken),
  },
  result: session,
  refusals: [...passwordRefusals, 'password-change-required', 'invalid-password', 'room-full', 'room-stopped'],
});

export const docs: Docs<typeof login> = () => ({
  description:
    'If the user is online already, the room first checks that the other connection is alive, so a crashed client locks nobody ' +
    'out. Send `sync` next, until `more` is false.',
  request: {
    user: fieldDocs.user,
    password: fieldDocs.password(),
    newPassword:
      'The password from this login on. Required after `password-change-required`: the administrator set the password for one ' +
      'login, at which the user must choose another.',
    newToken: fieldDocs.newToken,
  },
  result: fieldDocs.session,
  nested: fieldDocs.unread,
  example: { request: { user: 'columbia', password: 'roar, lion' }, result: sample.session },
});
