import { beforeAll, describe, expect, test } from 'vitest';
import { type TableShape, tables } from '../functions/aws/names.ts';
import { ofType, synthesize, type TemplateResource } from './test-template.ts';

/**
 * The tables' logical ids. With another id CloudFormation would create a new, empty table and orphan the old one. Never
 * change them.
 */
const logicalIds: Record<keyof typeof tables, string> = {
  users: 'Users0A0EEA89',
  presence: 'Presence971F9ED9',
  connections: 'Connections827CEF2F',
  loginBlocks: 'LoginBlocks7BD053C4',
  messages: 'Messages804FA4EB',
  fileRecords: 'FileRecords101BE092',
  room: 'Room4AB29A70',
};

let lasting: Readonly<Record<string, TemplateResource>>;
let ephemeral: Readonly<Record<string, TemplateResource>>;
beforeAll(() => {
  lasting = synthesize();
  ephemeral = synthesize({ ephemeral: true });
});

const entries = Object.entries(tables) as [keyof typeof tables, TableShape][];

test('the stack has the tables that the functions use, and no others', () => {
  const ids = ofType(lasting, 'AWS::DynamoDB::GlobalTable').map(([id]) => id);
  expect(ids.toSorted()).toEqual(Object.values(logicalIds).toSorted());
});

describe.each(entries)('%s', (name, shape) => {
  const table = (resources = lasting) => {
    const found = resources[logicalIds[name]];
    if (!found) throw new Error(`there is no ${logicalIds[name]}`);
    return found;
  };

  test('has the keys that the functions use', () => {
    const { partitionKey, sortKey } = shape;
    expect(table().Properties['KeySchema']).toEqual([
      { AttributeName: partitionKey.name, KeyType: 'HASH' },
      ...(sortKey ? [{ AttributeName: sortKey.name, KeyType: 'RANGE' }] : []),
    ]);
    for (const key of [partitionKey, sortKey]) {
      if (!key) continue;
      expect(table().Properties['AttributeDefinitions']).toContainEqual({
        AttributeName: key.name,
        AttributeType: key.type,
      });
    }
  });

  test('has the TTL attribute', () => {
    const { ttl } = shape;
    expect(table().Properties['TimeToLiveSpecification']).toEqual(
      ttl === undefined ? undefined : { AttributeName: ttl, Enabled: true },
    );
  });

  test('is on demand, encrypted, and has point-in-time recovery', () => {
    expect(table().Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      // Not enabled means DynamoDB's own key: every table is encrypted at rest.
      SSESpecification: { SSEEnabled: false },
      Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }],
    });
  });

  test('is retained when the stack is deleted, unless the stack is ephemeral', () => {
    expect(table()).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { Replicas: [{ DeletionProtectionEnabled: true }] },
    });
    expect(table(ephemeral)).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: { Replicas: [{ DeletionProtectionEnabled: false }] },
    });
  });
});

test('the index of recently seen users projects what `wholasthr` shows, and no password hashes', () => {
  expect(lasting[logicalIds.users]?.Properties['GlobalSecondaryIndexes']).toEqual([
    {
      IndexName: 'lastSeen',
      KeySchema: [
        { AttributeName: 'seen', KeyType: 'HASH' },
        { AttributeName: 'lastSeenAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['displayName'] },
    },
  ]);
});

test('the index of due files carries keys only: a file is read again before it is changed', () => {
  expect(lasting[logicalIds.fileRecords]?.Properties['GlobalSecondaryIndexes']).toEqual([
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'due', KeyType: 'HASH' },
        { AttributeName: 'dueAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ]);
});

test('the log is kept a month', () => {
  expect(ofType(lasting, 'AWS::Logs::LogGroup').map(([, log]) => log.Properties['RetentionInDays'])).toEqual([30]);
});
