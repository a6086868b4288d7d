import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FileRecord, Objects } from '../chat/files/ports.ts';
import { fileId, recordOf } from './object-key.ts';

const sha256 = 'a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447';
const member = (name: string) => ({ name, displayName: name, accountId: `id-of-${name}` });
const now = Date.parse('2026-11-23T17:04:05.006Z');

/** No server is needed: signing a URL makes no request. */
async function objectsAt(endpoint: string | undefined): Promise<Objects> {
  vi.resetModules();
  vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint);
  return (await import('./objects.ts')).objects;
}

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('ROOM_BUCKET', 'the-bucket');
  return () => vi.unstubAllEnvs();
});

describe('the URL of an upload', () => {
  let objects: Objects;
  let file: FileRecord;
  beforeEach(async () => {
    objects = await objectsAt(undefined);
    file = {
      recipient: member('columbia'),
      sender: member('facebook'),
      name: 'test_file.txt',
      size: 12,
      sha256,
      objectKey: objects.newKey('id-of-columbia', 'facebook', 'test_file.txt'),
      state: 'announced',
      uploadUntil: now + 300_000,
      dueAt: now + 400_000,
    };
  });

  test('is valid for one key, size and checksum, once, for five minutes', async () => {
    const { url, headers } = await objects.uploadUrl(file, now, file.uploadUntil);
    const { host, pathname, searchParams } = new URL(url);
    expect(host).toBe('the-bucket.s3.us-east-1.amazonaws.com');
    expect(pathname).toBe(`/${file.objectKey}`);
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host;if-none-match;x-amz-checksum-sha256');
    expect(searchParams.get('X-Amz-Date')).toBe('20261123T170405Z');
    expect(searchParams.get('X-Amz-Expires')).toBe('300');
    expect(headers).toEqual({
      'content-length': '12',
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
    });
    // The SDK must not put the checksum of an empty body into the query: no file has it.
    expect([...searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
  });

  test('of an empty file is bound to its size, too', async () => {
    const { url, headers } = await objects.uploadUrl({ ...file, size: 0 }, now, file.uploadUntil);
    expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toContain('content-length');
    expect(headers['content-length']).toBe('0');
  });

  test('depends on size and checksum', async () => {
    const urls = await Promise.all(
      [file, { ...file, size: 13 }, { ...file, sha256: sha256.replace('a', 'b') }].map(async (one) => {
        const { url } = await objects.uploadUrl(one, now, file.uploadUntil);
        return new URL(url).searchParams.get('X-Amz-Signature');
      }),
    );
    expect(new Set(urls).size).toBe(3);
  });

  test('for a download can be used with any range', async () => {
    const url = new URL(await objects.downloadUrl(file, now, now + 300_000));
    expect(url.pathname).toBe(`/${file.objectKey}`);
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host');
  });

  test('has the bucket in its path if S3 is not at AWS', async () => {
    const elsewhere = await objectsAt('http://localhost:4566');
    const { url } = await elsewhere.uploadUrl(file, now, file.uploadUntil);
    expect(url).toMatch(`http://localhost:4566/the-bucket/${file.objectKey}?`);
  });
});

describe('the key of an object', () => {
  test('contains the keys of its record, and is unique', async () => {
    const { newKey } = await objectsAt(undefined);
    const keys = Array.from({ length: 100 }, () => newKey('id-of-columbia', 'facebook', 'Grüße #1.txt'));
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) {
      expect(key).toMatch(/^files\/[\w-]+\/[\w-]+\/[\w-]+$/);
      expect(recordOf(key)).toEqual({ recipient: 'id-of-columbia', file: fileId('facebook', 'Grüße #1.txt') });
    }
  });

  test.each(['files/a', 'files/a/b', 'files/a/b/c/d', 'logs/a/b/c', 'files//b/c', ''])(
    '%s is not the key of a file',
    (key) => {
      expect(recordOf(key)).toBeUndefined();
    },
  );
});
