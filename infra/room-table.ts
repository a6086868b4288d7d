import { RemovalPolicy } from 'aws-cdk-lib';
import { type IMetric, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { TableShape } from '../functions/aws/names.ts';
import type { TablePermission } from './functions.ts';

export interface RoomTableProps {
  readonly shape: TableShape;
  /** Environment variables for every function with permissions on the table. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether the data is deleted with the stack. */
  readonly ephemeral: boolean;
}

const types = { S: AttributeType.STRING, N: AttributeType.NUMBER } as const;
const attribute = (key: TableShape['partitionKey']) => ({ name: key.name, type: types[key.type] });

/** A table of the room: on demand, encrypted, with point-in-time recovery, and retained when the stack is deleted. */
export class RoomTable extends TableV2 {
  private readonly shape: TableShape;
  private readonly settings: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { shape, settings = {}, ephemeral }: RoomTableProps) {
    const { partitionKey, sortKey, ttl, index } = shape;
    super(scope, id, {
      partitionKey: attribute(partitionKey),
      ...(sortKey && { sortKey: attribute(sortKey) }),
      ...(ttl !== undefined && { timeToLiveAttribute: ttl }),
      ...(index && {
        globalSecondaryIndexes: [
          {
            indexName: index.name,
            partitionKey: attribute(index.partitionKey),
            sortKey: attribute(index.sortKey),
            ...(index.attributes
              ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...index.attributes] }
              : { projectionType: ProjectionType.KEYS_ONLY }),
          },
        ],
      }),
      billing: Billing.onDemand(),
      // DynamoDB's own key is free. A KMS key costs US$ 0.03 per 10,000 requests, more than a small room's messages.
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: !ephemeral,
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    this.shape = shape;
    this.settings = settings;
  }

  /**
   * A metric of the table's index, if it has one. A table's metrics do not include the throttles of its indexes.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
   */
  metricOfIndex(metricName: string, options: MetricOptions): IMetric | undefined {
    const { index } = this.shape;
    if (!index) return undefined;
    const dimensionsMap = { TableName: this.tableName, GlobalSecondaryIndexName: index.name };
    return new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, ...options });
  }

  /** Grants a function these permissions, and sets the environment variables with the table's name and settings. */
  bindTo(fn: LambdaFunction, permissions: readonly TablePermission[]): void {
    fn.addEnvironment(this.shape.variable, this.tableName);
    for (const [name, value] of Object.entries(this.settings)) fn.addEnvironment(name, value);
    const onTable = permissions.filter((permission) => permission !== 'QueryIndex');
    if (onTable.length > 0) {
      fn.addToRolePolicy(
        new PolicyStatement({
          actions: onTable.map((permission) => `dynamodb:${permission}`),
          resources: [this.tableArn],
        }),
      );
    }
    if (permissions.includes('QueryIndex')) {
      if (!this.shape.index) throw new Error(`${this.node.id} has no index to query.`);
      fn.addToRolePolicy(
        new PolicyStatement({
          actions: ['dynamodb:Query'],
          resources: [`${this.tableArn}/index/${this.shape.index.name}`],
        }),
      );
    }
  }
}
