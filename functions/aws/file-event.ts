import * as v from 'valibot';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; keys are not encoded in them. */
const objectCreated = v.object({
  source: v.literal('aws.s3'),
  'detail-type': v.literal('Object Created'),
  detail: v.object({ object: v.object({ key: v.string() }) }),
});

const schedule = v.object({ source: v.literal('aws.events'), 'detail-type': v.literal('Scheduled Event') });

/** Parses an event of the files function. Undefined if it is not an event of EventBridge. */
export function parseFileEvent(
  event: unknown,
): { readonly happened: 'object-created'; readonly objectKey: string } | { readonly happened: 'schedule' } | undefined {
  if (v.is(objectCreated, event)) return { happened: 'object-created', objectKey: event.detail.object.key };
  return v.is(schedule, event) ? { happened: 'schedule' } : undefined;
}
