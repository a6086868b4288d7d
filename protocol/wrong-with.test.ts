import { expect, test } from 'vitest';
import { parseAdminRequest } from './admin/index.ts';
import { limits, parseRequest } from './index.ts';

test.each([
  [{ action: 'login', user: 'x' }, 'password: it is missing.'],
  [{ action: 'whoelse', all: true }, 'all: there is no such field.'],
  [{ action: 'block', user: 1 }, 'user: a text is expected.'],
  [{ action: 'block', user: '' }, 'user: a text that is not empty is expected.'],
  [{ action: 'block', user: 'x'.repeat(257) }, 'user: a text of at most 256 characters is expected.'],
  [{ action: 'block', user: '\ud83d' }, 'user: well-formed Unicode is expected.'],
  [
    { action: 'login', user: 'x', password: 'x'.repeat(limits.passwordBytes + 1) },
    'password: a text of at most 1024 bytes is expected.',
  ],
  [
    { action: 'login', user: 'x', password: 'x', newToken: 'x' },
    'newToken: a token of 22 to 128 letters, digits, dashes or underscores is expected.',
  ],
  [{ action: 'ack', inbox: '1' }, 'inbox: a number is expected.'],
  [{ action: 'ack', inbox: -1 }, `inbox: a whole number from 0 to ${2 ** 48} is expected.`],
  [{ action: 'sync', limit: 201 }, 'limit: a whole number from 1 to 200 is expected.'],
  [{ action: 'history', stream: 'inboxes' }, 'stream: "inbox" or "room" is expected.'],
  [{ action: 'message', to: 'x', text: 'x', again: false }, 'again: true is expected.'],
  [
    { action: 'file', to: 'x', name: 'x', size: 1, sha256: 'x' },
    'sha256: a hash of 64 hexadecimal digits is expected.',
  ],
] as const)('the error in %j on the wire is described for users', (frame, message) => {
  expect(parseRequest(JSON.stringify(frame))).toMatchObject({ ok: false, bad: { code: 'bad-request', message } });
});

test.each([
  [{ command: 'kick' }, 'user: it is missing.'],
  [{ command: 'kick', user: 'x', reason: 'x'.repeat(501) }, 'reason: a text of at most 500 characters is expected.'],
  [{ command: 'announce', text: 'x'.repeat(4097) }, 'text: a text of at most 4096 bytes is expected.'],
  [{ command: 'doctor', repair: 1 }, 'repair: true or false is expected.'],
  [{ command: 'backup-url', name: '../x' }, 'name: a name of a backup is expected.'],
  [{ command: 'upload-url', name: 'x', bytes: -1 }, 'bytes: a number from 0 on is expected.'],
  [{ command: 'log', since: 'yesterday' }, 'since: a time in UTC is expected.'],
  [{ command: 'import', settings: 1 }, 'settings: an object is expected.'],
])('the error in %j of an administrator is described for users', (request, message) => {
  expect(parseAdminRequest(request)).toMatchObject({ ok: false, code: 'bad-request', message });
});
