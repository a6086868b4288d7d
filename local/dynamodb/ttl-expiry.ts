import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { Table } from '../assembly/tables.ts';
import type { Clock } from '../clock.ts';

const pageSize = 100;
// DynamoDB keeps items that expired more than five years ago: the attribute is probably not a time.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
const oldestSeconds = 5 * 365 * 24 * 60 * 60;

/** Deletes expired items, because dynoxide does not support TTL. */
export async function deleteExpired(
  client: DynamoDBClient,
  tables: readonly Table[],
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const now = Math.floor(clock.now() / 1000);
  for (const table of tables) {
    if (table.ttlAttribute === undefined) continue;
    const keyNames = table.keys.map((key) => key.AttributeName);
    const expired = {
      names: { '#ttl': table.ttlAttribute },
      values: { ':now': { N: String(now) }, ':oldest': { N: String(now - oldestSeconds) } },
    };
    let position: Record<string, AttributeValue> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: table.name,
          Limit: pageSize,
          FilterExpression: '#ttl < :now AND #ttl > :oldest',
          ProjectionExpression: keyNames.map((_, index) => `#key${index}`).join(', '),
          ExpressionAttributeNames: {
            ...expired.names,
            ...Object.fromEntries(keyNames.map((name, index) => [`#key${index}`, name])),
          },
          ExpressionAttributeValues: expired.values,
          ExclusiveStartKey: position,
        }),
      );
      for (const key of page.Items ?? []) {
        if (signal.aborted) return;
        await deleteIfStill(client, table.name, key, expired);
      }
      position = page.LastEvaluatedKey;
    } while (position !== undefined && !signal.aborted);
  }
}

/** Deletes an item unless its expiry time has changed since the page was read. */
async function deleteIfStill(
  client: DynamoDBClient,
  tableName: string,
  key: Record<string, AttributeValue>,
  expired: { names: Record<string, string>; values: Record<string, AttributeValue> },
): Promise<void> {
  try {
    await client.send(
      new DeleteItemCommand({
        TableName: tableName,
        Key: key,
        ConditionExpression: '#ttl < :now AND #ttl > :oldest',
        ExpressionAttributeNames: expired.names,
        ExpressionAttributeValues: expired.values,
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
