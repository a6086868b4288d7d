import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LocalRoom } from '../../local/room.ts';

/** A room's tables as its operator reaches them, for scenes that look behind the door or break something on purpose. */
export interface Tables {
  readonly db: DynamoDBDocumentClient;
  /** The name of the table whose logical id begins so. */
  name(logicalId: string): string;
}

/** Opens a local room's tables. */
export function tablesOf(room: LocalRoom): Tables {
  const { region, credentials, dynamoDbEndpoint: endpoint } = room;
  return {
    db: DynamoDBDocumentClient.from(new DynamoDBClient({ region, credentials, endpoint })),
    name(logicalId) {
      const table = room.stack.tables.find((one) => one.logicalId.startsWith(logicalId));
      if (!table) throw new Error(`the stack has no table ${logicalId}`);
      return table.name;
    },
  };
}
