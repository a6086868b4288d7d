import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { policyOf, probeFunction } from '../fixtures/assembly.ts';
import { type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';
import { Bucket, bucketResources, s3Of, send } from '../fixtures/s3-client.ts';
import type { UsedPermission } from '../recorder.ts';
import { isLike, speaksOf } from './statement.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const below = (logicalId: string, path: string) => ({ 'Fn::Join': ['', [arnOf(logicalId), path]] });
const connections = (method: string) => ({
  'Fn::Join': ['', ['arn:aws:execute-api:us-east-1:000000000000:', { Ref: 'Api' }, `/prod/${method}/@connections/*`]],
});

const resources = {
  ...bucketResources,
  NarrowRole: { Type: 'AWS::IAM::Role' },
  NarrowPolicy: policyOf(
    'NarrowRole',
    { Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: arnOf('Items') },
    { Action: 'dynamodb:Query', Resource: below('Items', '/index/byRank') },
    { Action: 'lambda:InvokeFunction', Resource: arnOf('Probe') },
    { Action: 'execute-api:ManageConnections', Resource: [connections('POST'), connections('GET')] },
    { Action: ['s3:GetObject', 's3:PutObject'], Resource: below('Store', '/files/*') },
    { Action: 's3:ListBucket', Resource: arnOf('Store'), Condition: { StringLike: { 's3:prefix': 'files/*' } } },
    { Effect: 'Deny', Action: 's3:PutObject', Resource: below('Store', '/files/locked/*') },
  ),
  Narrow: probeFunction({ Role: arnOf('NarrowRole'), Environment: { Variables: { STORE: { Ref: 'Store' } } } }),
};

let room: ProbeRoom;
beforeAll(async () => {
  room = await startProbeRoom(resources);
});
afterAll(() => room.close());

const narrow = (what: string, input: unknown) => room.order({ do: what, input }, 'Narrow');
const Key = { group: { S: 'test' }, name: { S: 'x' } };
const table = { TableName: 'Test-Items' };
const query = {
  ...table,
  KeyConditionExpression: '#group = :group',
  ExpressionAttributeNames: { '#group': 'group' },
  ExpressionAttributeValues: { ':group': { S: 'test' } },
};
const done = { $metadata: { httpStatusCode: 200 } };
const denied = { error: 'AccessDeniedException' };

describe('a function may do what its role allows, and nothing else', () => {
  test('for a table', async () => {
    expect(await narrow('getItem', { ...table, Key })).toMatchObject(done);
    expect(await narrow('query', { ...query, IndexName: 'byRank' })).toMatchObject(done);
    expect(await narrow('query', query)).toEqual({ ...denied, status: 400 });
    const put = { Put: { ...table, Item: { ...Key, by: { S: 'narrow' } } } };
    expect(await narrow('transactWriteItems', { TransactItems: [put] })).toMatchObject(done);
    const check = { ConditionCheck: { ...table, Key, ConditionExpression: 'attribute_exists(#n)' } };
    expect(await narrow('transactWriteItems', { TransactItems: [put, check] })).toMatchObject(denied);
    expect(await narrow('getItem', { TableName: 'Test-Others', Key })).toMatchObject(denied);
  });

  test('for functions', async () => {
    expect(await narrow('invoke', { name: 'Test-Probe', payload: { order: { do: 'context' } } })).toMatchObject(done);
    const itself = { name: 'Test-Narrow', payload: {} };
    expect(await narrow('invoke', itself)).toEqual({ ...denied, status: 403 });
    expect(await narrow('invoke', { name: 'Test-Absent', payload: {} })).toMatchObject(denied);
  });

  test('for connections', async () => {
    const client = await room.connect();
    onTestFinished(() => client.socket.terminate());
    const to = String(room.connections[0]?.connectionId);
    expect(await narrow('post', { to, data: 'hello' })).toMatchObject(done);
    expect(await client.nextText()).toBe('hello');
    expect(await narrow('get', to)).toMatchObject(done);
    expect(await narrow('delete', to)).toMatchObject({ status: 403 });
    expect(room.connections).toHaveLength(1);
  });

  test('for objects', async () => {
    expect(await narrow('putObject', { Bucket, Key: 'files/x', Body: 'x' })).toMatchObject(done);
    const refused = { error: 'AccessDenied', status: 403 };
    expect(await narrow('putObject', { Bucket, Key: 'backups/x', Body: 'x' })).toEqual(refused);
    expect(await narrow('putObject', { Bucket, Key: 'files/locked/x', Body: 'x' })).toEqual(refused);
    expect(await narrow('listObjects', { Bucket, Prefix: 'files/' })).toMatchObject({ KeyCount: 1 });
    expect(await narrow('listObjects', { Bucket, Prefix: 'backups/' })).toEqual(refused);
    expect(await narrow('listObjects', { Bucket })).toEqual(refused);
  });

  test('for a URL that it presigns', async () => {
    const sign = async (name: string) => String(await narrow('presign', { Bucket, Key: name, expiresIn: 60 }));
    const operator = s3Of(room);
    onTestFinished(() => operator.destroy());
    for (const name of ['files/there', 'backups/there']) await operator.putObject({ Bucket, Key: name, Body: 'x' });
    expect(await send(await sign('files/there'), { method: 'GET' })).toMatchObject({ status: 200 });
    expect(await send(await sign('backups/there'), { method: 'GET' })).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
  });

  test('and learns that an object is missing only if it may list the whole bucket', async () => {
    expect(await narrow('headObject', { Bucket, Key: 'files/absent' })).toMatchObject({ status: 403 });
    expect(await room.order({ do: 'headObject', input: { Bucket, Key: 'files/absent' } })).toMatchObject({
      status: 404,
    });
  });
});

test("a refusal has AWS's error message", async () => {
  const recording = room.calls.record();
  await narrow('putObject', { Bucket, Key: 'backups/why', Body: 'x' });
  recording.stop();
  const [call] = recording.calls;
  expect(call).toMatchObject({
    function: 'Narrow',
    status: 403,
    permissions: [{ arn: `arn:aws:s3:::${Bucket}/backups/why` }],
  });
  expect(room.access.refusal({ function: 'Narrow' }, call?.permissions ?? [])).toBe(
    'User: arn:aws:sts::000000000000:assumed-role/Test-NarrowRole/Test-Narrow is not authorized to perform: s3:PutObject' +
      ` on resource: arn:aws:s3:::${Bucket}/backups/why because no identity-based policy allows the s3:PutObject action`,
  );
});

test('the operator may do everything', async () => {
  const { region, credentials, dynamoDbEndpoint: endpoint } = room;
  const operator = new DynamoDB({ region, credentials, endpoint });
  onTestFinished(() => operator.destroy());
  expect(await operator.listTables({})).toMatchObject({ TableNames: ['Test-Items'] });
});

test('the used permissions of the roles are reported', async () => {
  const own = await startProbeRoom(resources);
  const used = () => own.access.used.filter((grant) => grant.function === 'Narrow');
  expect(used()).toEqual([]);
  await own.order({ do: 'getItem', input: { ...table, Key } }, 'Narrow');
  await own.order({ do: 'listObjects', input: { Bucket, Prefix: 'files/' } }, 'Narrow');
  await own.order({ do: 'putObject', input: { Bucket, Key: 'backups/x', Body: 'x' } }, 'Narrow');
  const items = 'arn:aws:dynamodb:us-east-1:000000000000:table/Test-Items';
  const got = { function: 'Narrow', action: 'dynamodb:GetItem', resource: items, conditions: '' };
  const listed = {
    function: 'Narrow',
    action: 's3:ListBucket',
    resource: `arn:aws:s3:::${Bucket}`,
    conditions: 's3:prefix = files/*',
  };
  expect(used()).toEqual([got, listed]);
  expect(own.access.refusals).toEqual([expect.stringContaining('s3:PutObject')]);
  expect(own.access.grants).toEqual(expect.arrayContaining([got, listed, { ...got, action: 'dynamodb:PutItem' }]));
  await own.close();
});

const statement = { Effect: 'Allow' as const, Action: ['s3:Get*'], Resource: ['arn:aws:s3:::b/f?/*'] };

test.each<[Partial<UsedPermission>, object, boolean]>([
  [{}, {}, true],
  [{ action: 'S3:getobject' }, {}, true],
  [{ action: 's3:PutObject' }, {}, false],
  [{ arn: 'arn:aws:s3:::b/f12/x' }, {}, false],
  [{ arn: 'arn:aws:s3:::B/f1/x' }, {}, false],
  [{}, { StringEquals: { k: ['v', 'w'] } }, false],
  [{ context: { k: 'w' } }, { StringEquals: { k: ['v', 'w'] } }, true],
  [{ context: { k: 'vx' } }, { StringEquals: { k: ['v*'] } }, false],
  [{ context: { k: 'vx' } }, { StringLike: { k: ['v*'] } }, true],
  [{ context: { k: 'vx' } }, { StringLike: { k: ['v*'], l: ['*'] } }, false],
])('the permission %j meets the condition %j: %j', (permission, conditions, expected) => {
  const asked = { action: 's3:GetObject', resource: '', arn: 'arn:aws:s3:::b/f1/x/y', ...permission };
  const Condition = { StringEquals: {}, StringLike: {}, ...conditions };
  expect(speaksOf({ ...statement, Condition }, asked)).toBe(expected);
});

test('all characters of a pattern except wildcards are literal', () => {
  expect(isLike('a.b(c)[d]$', 'a.b(c)[d]$')).toBe(true);
  expect(isLike('axb', 'a.b')).toBe(false);
});

test.each([
  [
    'a managed policy',
    { Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: ['x'] } } },
    /ManagedPolicyArns/,
  ],
  ['NotAction', { More: policyOf('Role', { NotAction: 'x', Resource: '*' }) }, /More .*Action/],
  ['another condition', { More: policyOf('Role', { Action: 'x', Resource: '*', Condition: { Bool: {} } }) }, /Bool/],
])('%s is refused by name', async (_, more, message) => {
  await expect(startProbeRoom(more)).rejects.toThrow(message);
});
