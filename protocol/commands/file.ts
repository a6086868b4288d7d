import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { limits } from '../limits.ts';
import { fieldDocs, sample } from '../shared-docs.ts';

export const file = command({
  summary: 'Send a file to one user, online or not',
  who: 'member',
  activity: true,
  weight: 5,
  reply: 'response',
  group: 'files',
  repeat: 'as-is',
  request: { to: field.user, name: field.unicode, size: field.fileSize, sha256: field.sha256 },
  result: {
    url: v.string(),
    method: v.literal('PUT'),
    headers: v.record(v.string(), v.string()),
    expiresAt: field.time,
  },
  refusals: [
    'no-such-user',
    'to-self',
    'blocked',
    'file-too-large',
    'invalid-file-name',
    'file-exists',
    'too-many-files',
  ],
});

export const docs: Docs<typeof file> = () => ({
  description:
    'Announces a file; the reply says where to upload it. Send exactly `size` bytes with the SHA-256 `sha256` to `url`, with ' +
    '`method` and `headers`, before `expiresAt`; status 412 means that the bytes are there already. The recipient gets the event ' +
    '`file` once they have arrived; the sender gets `file-failed` if the upload fails or is abandoned. After an interrupted upload, ' +
    'the same request gets a fresh URL.',
  request: {
    to: fieldDocs.to,
    name:
      `Name of the file: 1 to ${limits.fileNameBytes} bytes of UTF-8, neither \`/\` nor \`\\\`, no invisible characters, no blank ` +
      'at either end. It need not be valid on every system, so make it safe before you save a file under it. The room ' +
      'normalizes it to NFC.',
    size: 'Bytes.',
    sha256: fieldDocs.sha256,
  },
  result: {
    url: fieldDocs.url,
    method: 'The HTTP method of the upload.',
    headers: 'The headers that the upload must carry, by name; the URL accepts no others in their place.',
    expiresAt: fieldDocs.expiresAt,
  },
  example: {
    request: { to: 'Hudson', name: 'notes.txt', size: 1_204, sha256: sample.sha256 },
    result: {
      url: 'https://room.s3.example.com/files/m2ab/notes/4fT0?X-Amz-Signature=1c3f',
      method: 'PUT',
      headers: {
        'content-length': '1204',
        'if-none-match': '*',
        'x-amz-checksum-sha256': 'qUiQTy8PR5uPgZdpSzAYSw0u0c0qHqD7hdKZoZKkR0c=',
      },
      expiresAt: sample.expiresAt,
    },
  },
});
