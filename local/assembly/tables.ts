import * as v from 'valibot';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

const keySchema = v.array(v.object({ AttributeName: v.string(), KeyType: v.picklist(['HASH', 'RANGE']) }));

const tableEntries = {
  KeySchema: keySchema,
  AttributeDefinitions: v.array(v.object({ AttributeName: v.string(), AttributeType: v.picklist(['S', 'N', 'B']) })),
  GlobalSecondaryIndexes: v.optional(
    v.array(
      v.object({
        IndexName: v.string(),
        KeySchema: keySchema,
        Projection: v.object({
          ProjectionType: v.picklist(['ALL', 'INCLUDE', 'KEYS_ONLY']),
          NonKeyAttributes: v.exactOptional(v.array(v.string())),
        }),
      }),
    ),
    [],
  ),
  TimeToLiveSpecification: v.optional(v.object({ AttributeName: v.optional(v.string()), Enabled: v.boolean() })),
};

type TableProperties = v.InferOutput<v.ObjectSchema<typeof tableEntries, undefined>>;

/** A DynamoDB table of the stack. */
export interface Table {
  readonly logicalId: string;
  readonly name: string;
  readonly keys: TableProperties['KeySchema'];
  readonly attributes: TableProperties['AttributeDefinitions'];
  readonly indexes: TableProperties['GlobalSecondaryIndexes'];
  /** The attribute with an item's expiry time, in epoch seconds. */
  readonly ttlAttribute: string | undefined;
}

export const tableTypes = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'] as const;

/** Reads the tables of a template. */
export function readTables(template: Template): Table[] {
  return tableTypes.flatMap((type) =>
    [...template.ofType(type)].map(([logicalId, resource]) => {
      const properties = readProperties(template, logicalId, resource, tableEntries);
      const ttl = properties.TimeToLiveSpecification;
      return {
        logicalId,
        name: `${template.target.stackName}-${logicalId}`,
        keys: properties.KeySchema,
        attributes: properties.AttributeDefinitions,
        indexes: properties.GlobalSecondaryIndexes,
        ttlAttribute: ttl?.Enabled === true ? ttl.AttributeName : undefined,
      };
    }),
  );
}
