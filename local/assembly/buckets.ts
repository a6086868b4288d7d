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
  readonly cors: readonly CorsRule[];
}

/** The requests that pages of other origins may send. In origins and headers, one `*` stands for any characters. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  /** The response headers that pages may read. */
  readonly exposed: readonly string[];
  /** Seconds for which a browser may remember the answer of a preflight request. */
  readonly maxAge: number | undefined;
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

const corsSchema = v.strictObject({
  Id: v.optional(v.string()),
  AllowedOrigins: v.array(v.string()),
  AllowedMethods: v.array(v.picklist(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])),
  AllowedHeaders: v.optional(v.array(v.string()), []),
  ExposedHeaders: v.optional(v.array(v.string()), []),
  MaxAge: v.optional(v.number()),
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
  CorsConfiguration: v.optional(v.strictObject({ CorsRules: v.array(corsSchema) }), { CorsRules: [] }),
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
      cors: properties.CorsConfiguration.CorsRules.map((rule) => ({
        origins: rule.AllowedOrigins,
        methods: rule.AllowedMethods,
        headers: rule.AllowedHeaders,
        exposed: rule.ExposedHeaders,
        maxAge: rule.MaxAge,
      })),
    };
  });
}
