import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { BatchWriteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { tables as shapes } from '../../functions/aws/names.ts';
import { emulatorEnvironment, emulatorPageUrl, emulatorUrl, resourcesOf } from '../../scripts/emulator/deployment.ts';
import type { EmulatorName } from '../../scripts/emulator/emulators.ts';
import type { RoomParts } from './room.ts';
import type { Tables } from './tables.ts';

/** A stack on an emulator of AWS. */
export interface Deployment {
  /** The emulator's address, `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly stack: string;
  readonly stage: string;
  readonly emulator: EmulatorName;
}

const variable = 'CHAT_ROOM_DEPLOYMENT';

/**
 * The deployed room that the scenes use; undefined for a local room. `npm run test:emulator` sets it in the
 * environment.
 */
export const deployedAt: Deployment | undefined = parse(process.env[variable]);

function parse(text: string | undefined): Deployment | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Deployment);
}

/** The environment variables that make scenes use that room. */
export const environmentFor = (deployment: Deployment): Record<string, string> => ({
  ...emulatorEnvironment(deployment.endpoint),
  [variable]: JSON.stringify(deployment),
});

/** Opens the room of a deployed stack and empties it. It works with an emulator only. */
export async function openDeployedRoom({ endpoint, stack, stage }: Deployment): Promise<RoomParts> {
  const find = await resourcesOf(stack);
  const db = DynamoDBDocumentClient.from(new DynamoDBClient());
  const tables: Tables = { db, name: (logicalId) => find('AWS::DynamoDB::GlobalTable', logicalId) };
  await emptyTables(tables);
  const lambda = new LambdaClient();
  return {
    url: emulatorUrl(endpoint, find('AWS::ApiGatewayV2::Api', 'GatewayApi'), stage),
    pageUrl: emulatorPageUrl(endpoint, find('AWS::ApiGatewayV2::Api', 'PageGatewayApi')),
    get local(): never {
      throw new Error('this scene needs a local room: add it to test/emulator/deviations.ts');
    },
    tables,
    bucket: { s3: new S3Client({ forcePathStyle: true }), name: find('AWS::S3::Bucket', 'Bucket') },
    async invoke(name, event) {
      const FunctionName = find('AWS::Lambda::Function', name);
      const { Payload, FunctionError } = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
      );
      const answer = Buffer.from(Payload ?? []).toString();
      if (FunctionError !== undefined) throw new Error(answer);
      return JSON.parse(answer);
    },
    async close() {
      lambda.destroy();
    },
  };
}

async function emptyTables({ db, name }: Tables): Promise<void> {
  for (const [logicalId, { partitionKey, sortKey }] of Object.entries<Shape>(shapes)) {
    const TableName = name(logicalId.charAt(0).toUpperCase() + logicalId.slice(1));
    const { Items = [] } = await db.send(new ScanCommand({ TableName, ConsistentRead: true }));
    const keys = Items.map((item) =>
      Object.fromEntries([partitionKey, ...(sortKey ? [sortKey] : [])].map((key) => [key.name, item[key.name]])),
    );
    for (let i = 0; i < keys.length; i += 25) {
      const deletes = keys.slice(i, i + 25).map((Key) => ({ DeleteRequest: { Key } }));
      await db.send(new BatchWriteCommand({ RequestItems: { [TableName]: deletes } }));
    }
  }
}

type Shape = { readonly partitionKey: { readonly name: string }; readonly sortKey?: { readonly name: string } };
