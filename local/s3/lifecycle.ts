import type { Bucket } from '../assembly/buckets.ts';
import type { OpenBucket } from './request.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Applies a bucket's lifecycle rules: deletes expired objects and aborts expired uploads. */
export async function expire({ store, events, clock }: OpenBucket, lifecycle: Bucket['lifecycle']): Promise<void> {
  const now = clock.now();
  for (const { prefix, expirationDays, abortUploadsDays } of lifecycle) {
    for (const { key, file, lastModified } of [...store.objects]) {
      if (!key.startsWith(prefix) || now < dueAt(lastModified, expirationDays)) continue;
      // The file name guards against an object that was replaced in the meantime.
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
