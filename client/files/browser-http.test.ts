import { expect, test } from 'vitest';
import { BlobSource } from './blob-source.ts';
import { upload } from './browser-http.ts';
import { patienceOf } from './transfer-options.ts';

test('an upload that was cancelled before it begins sends nothing', async () => {
  const signal = AbortSignal.abort(new Error('Cancelled.'));
  const place = { url: 'http://127.0.0.1:9/', method: 'PUT', headers: {}, expiresAt: '' } as const;
  const sent = upload(new BlobSource(new Blob(['x']), 'x.txt'), place, () => {}, patienceOf({ signal }));
  await expect(sent).rejects.toBe(signal.reason);
});
