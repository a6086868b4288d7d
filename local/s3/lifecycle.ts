import type { Bucket } from '../assembly/buckets.ts';
import type { OpenBucket } from './request.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Deletes the objects and aborts the uploads whose time is over, as a bucket's lifecycle rules say. */
export async function expire({ store, events, clock }: OpenBucket, lifecycle: Bucket['lifecycle']): Promise<void> {
  const now = clock.now();
  for (const { prefix, expirationDays, abortUploadsDays } of lifecycle) {
    for (const { key, file, lastModified } of [...store.objects]) {
      if (!key.startsWith(prefix) || now < dueAt(lastModified, expirationDays)) continue;
      // It may have been replaced since.
      if (await store.delete(key, file)) events.deleted(key, 'Lifecycle Expiration', now);
    }
    for (const upload of store.uploads) {
      if (upload.key.startsWith(prefix) && now >= dueAt(upload.initiated, abortUploadsDays))
        await store.endUpload(upload);
    }
  }
}

/** S3 rounds the time up to the next midnight UTC: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html */
function dueAt(from: number, days: number | undefined): number {
  return days === undefined ? Number.POSITIVE_INFINITY : Math.ceil((from + days * dayMs) / dayMs) * dayMs;
}
