import * as v from 'valibot';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

/** An S3 bucket of the stack. */
export interface Bucket {
  readonly logicalId: string;
  readonly name: string;
  /** Whether the bucket sends events to EventBridge. */
  readonly eventBridge: boolean;
  readonly lifecycle: readonly LifecycleRule[];
}

export interface LifecycleRule {
  /** The rule applies to keys with this prefix. */
  readonly prefix: string;
  readonly expirationDays: number | undefined;
  readonly abortUploadsDays: number | undefined;
}

const days = v.pipe(v.number(), v.integer(), v.minValue(1));

// Strict: an unsupported property must fail, not be ignored silently.
const ruleSchema = v.strictObject({
  Id: v.optional(v.string()),
  Status: v.picklist(['Enabled', 'Disabled']),
  Prefix: v.optional(v.string(), ''),
  ExpirationInDays: v.optional(days),
  AbortIncompleteMultipartUpload: v.optional(v.strictObject({ DaysAfterInitiation: days })),
});

const nothing = v.optional(v.undefined());

const bucketEntries = {
  LifecycleConfiguration: v.optional(v.strictObject({ Rules: v.array(ruleSchema) }), { Rules: [] }),
  NotificationConfiguration: v.optional(
    v.strictObject({
      EventBridgeConfiguration: v.optional(v.strictObject({ EventBridgeEnabled: v.optional(v.boolean(), true) })),
    }),
    {},
  ),
  VersioningConfiguration: v.optional(v.strictObject({ Status: v.literal('Suspended') })),
  CorsConfiguration: nothing,
  ObjectLockConfiguration: nothing,
  ReplicationConfiguration: nothing,
  WebsiteConfiguration: nothing,
};

/** Reads the buckets of a template. */
export function readBuckets(template: Template): Bucket[] {
  return [...template.ofType('AWS::S3::Bucket')].map(([logicalId, resource]) => {
    const properties = readProperties(template, logicalId, resource, bucketEntries);
    return {
      logicalId,
      name: String(template.resolve({ Ref: logicalId })),
      eventBridge: properties.NotificationConfiguration.EventBridgeConfiguration?.EventBridgeEnabled ?? false,
      lifecycle: properties.LifecycleConfiguration.Rules.filter(({ Status }) => Status === 'Enabled').map((rule) => ({
        prefix: rule.Prefix,
        expirationDays: rule.ExpirationInDays,
        abortUploadsDays: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
      })),
    };
  });
}
