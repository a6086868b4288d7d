import * as v from 'valibot';
import { command, type Docs } from '../command.ts';
import { field } from '../fields.ts';
import { fieldDocs, sample } from '../shared-docs.ts';

export const fileget = command({
  summary: 'List the files that wait for you, or get one of them',
  who: 'member',
  activity: true,
  reply: 'response',
  group: 'files',
  repeat: 'as-is',
  request: { from: v.optional(field.user), name: v.optional(field.fileName) },
  result: {
    files: v.optional(
      v.array(
        v.object({
          from: v.string(),
          name: v.string(),
          size: field.fileSize,
          sha256: field.sha256,
          sentAt: field.time,
        }),
      ),
    ),
    more: v.optional(v.boolean()),
    url: v.optional(v.string()),
    size: v.optional(field.fileSize),
    sha256: v.optional(field.sha256),
    expiresAt: v.optional(field.time),
  },
  refusals: ['no-such-file'],
});

export const docs: Docs<typeof fileget> = () => ({
  description:
    'Without arguments: the list of waiting files. With both: a URL to download one file, in parts (`Range`) if need be, until ' +
    '`expiresAt`; after that, ask again. Check the bytes against `sha256`, then send `filedone`.',
  request: { from: fieldDocs.from, name: fieldDocs.fileName },
  result: {
    files: 'The files that wait for you, oldest first.',
    more: 'Whether more files wait than the reply can hold.',
    url: fieldDocs.url,
    size: 'Bytes.',
    sha256: fieldDocs.sha256,
    expiresAt: fieldDocs.expiresAt,
  },
  example: {
    request: { from: 'Hudson', name: 'menu.pdf' },
    result: {
      url: 'https://room.s3.example.com/files/m2ab/menu/9aKq?X-Amz-Signature=77e0',
      size: 48_213,
      sha256: sample.sha256,
      expiresAt: sample.expiresAt,
    },
  },
});
