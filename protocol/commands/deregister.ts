import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs } from '../shared-docs.ts';
import { passwordRefusals } from '../shared-fields.ts';

export const deregister = command({
  summary: 'Delete an account, its inbox and the files that wait for it',
  who: 'guest',
  activity: false,
  weight: 2,
  reply: 'response',
  group: 'account',
  repeat: 'never',
  request: { user: field.user, password: field.password },
  result: {},
  refusals: [...passwordRefusals, 'password-change-required', 'room-stopped', 'suspended'],
});

export const docs: Docs<typeof deregister> = () => ({
  description:
    'Refused as `already-online` while the user is online and their client answers `are-you-there`, as with `login`.',
  request: { user: fieldDocs.user, password: fieldDocs.password() },
  result: {},
  example: { request: { user: 'Columbia', password: 'roar, lion' }, result: {} },
});
