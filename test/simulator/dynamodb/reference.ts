import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as lib from '@aws-sdk/lib-dynamodb';
import { tables } from '../../../functions/aws/names.ts';
import { readCloudAssembly } from '../../../local/assembly/cloud-assembly.ts';
import { readStack } from '../../../local/assembly/stack.ts';
import { Dynoxide } from '../../../local/dynamodb/dynoxide.ts';
import { createTables } from '../../../local/dynamodb/tables.ts';
import { removeFolder, temporaryFolder } from '../../harness/ending.ts';
import type { Answer } from '../machine.ts';
import type { Call } from './call.ts';

const commands = {
  GetItem: lib.GetCommand,
  PutItem: lib.PutCommand,
  UpdateItem: lib.UpdateCommand,
  DeleteItem: lib.DeleteCommand,
  Query: lib.QueryCommand,
  Scan: lib.ScanCommand,
  BatchGetItem: lib.BatchGetCommand,
  BatchWriteItem: lib.BatchWriteCommand,
  TransactWriteItems: lib.TransactWriteCommand,
};

/** Dynoxide with the stack's tables under the model's names, to compare the model with. */
export class Reference {
  readonly #folder: string;
  readonly #dynoxide: Dynoxide;
  readonly #client: DynamoDBClient;
  readonly #db: lib.DynamoDBDocumentClient;

  private constructor(folder: string, dynoxide: Dynoxide) {
    this.#folder = folder;
    this.#dynoxide = dynoxide;
    this.#client = new DynamoDBClient({
      endpoint: dynoxide.endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    this.#db = lib.DynamoDBDocumentClient.from(this.#client, { marshallOptions: { removeUndefinedValues: true } });
  }

  static async start(): Promise<Reference> {
    const folder = temporaryFolder('model-');
    const file = (name: string) => join(folder, name);
    const dynoxide = await Dynoxide.start({ database: file('db'), pid: file('pid'), log: file('log') });
    const reference = new Reference(folder, dynoxide);
    const stack = readStack(await readCloudAssembly('cdk.out'));
    await createTables(
      reference.#client,
      stack.tables.map((table) => ({ ...table, name: modelNameOf(table.logicalId) })),
    );
    return reference;
  }

  /** Carries out a call. The answer has the form of the model's. */
  async answer({ operation, input }: Call): Promise<Answer> {
    const Command = commands[operation];
    try {
      // The input fits the operation.
      const output = await this.#db.send(new Command(input as never) as lib.GetCommand);
      return { output: { ...output } };
    } catch (error) {
      const { name, Item, CancellationReasons } = error as Record<string, unknown> & Error;
      return { error: name, detail: { Item, CancellationReasons }, isTransient: false };
    }
  }

  async close(): Promise<void> {
    this.#db.destroy();
    await this.#dynoxide.close();
    await removeFolder(this.#folder);
  }
}

/** The name that the model gives to a table of the stack. */
function modelNameOf(logicalId: string): string {
  const name = Object.keys(tables).find((one) => logicalId.toLowerCase().startsWith(one.toLowerCase()));
  if (name === undefined) throw new Error(`the model has no table ${logicalId}`);
  return name;
}
