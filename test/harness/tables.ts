import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LocalRoom } from '../../local/room.ts';

/** A room's tables, with the operator's access, for scenes that check or damage stored data. */
export interface Tables {
  readonly db: DynamoDBDocumentClient;
  /** The name of the table whose logical id has this prefix. */
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
