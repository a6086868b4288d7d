import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs, sample } from '../shared-docs.ts';
import { passwordRefusals, session } from '../shared-fields.ts';

export const login = command({
  summary: 'Log in',
  who: 'guest',
  activity: true,
  weight: 2,
  reply: 'response',
  group: 'account',
  repeat: 'never',
  request: {
    user: field.user,
    password: field.password,
    newPassword: v.optional(field.unicode),
    newToken: v.optional(field.newToken),
    takeOver: v.optional(v.boolean()),
  },
  result: session,
  refusals: [
    ...passwordRefusals,
    'password-change-required',
    'invalid-password',
    'room-full',
    'room-stopped',
    'suspended',
    'banned',
  ],
});

export const docs: Docs<typeof login> = () => ({
  description:
    'If the user is online already, the room sends the other client `are-you-there`. If that client does not answer within about ' +
    'three seconds, the login replaces its session. If it answers, the login is refused as `already-online`, and `error.since` says ' +
    'since when that session has lasted. Send `sync` next, until `more` is false.',
  request: {
    user: fieldDocs.user,
    password: fieldDocs.password(),
    newPassword:
      'The password from this login on. Required after `password-change-required`: the administrator set the password for one ' +
      'login, at which the user must choose another.',
    newToken: fieldDocs.newToken,
    takeOver:
      'If true, the login replaces a session of the same user without asking its client, which gets the event `replaced`. ' +
      'Default: false.',
  },
  result: fieldDocs.session,
  nested: fieldDocs.unread,
  example: { request: { user: 'columbia', password: 'roar, lion' }, result: sample.session },
});
