import { beforeAll, describe, expect, test } from 'vitest';
import { objectPrefixes, tables, variables } from '../functions/aws/names.ts';
import { type FunctionName, functions, type TablePermission } from './functions.ts';
import { ofType, refersTo, type Statement, statementsOf, synthesize, type TemplateResource } from './test-template.ts';

let resources: Readonly<Record<string, TemplateResource>>;
beforeAll(() => {
  resources = synthesize();
});

const names = Object.keys(functions) as FunctionName[];
const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function idOf(type: string, name: string): string {
  const ids = ofType(resources, type).map(([id]) => id);
  const [found, ...others] = ids.filter((id) => new RegExp(`^${capitalized(name)}[0-9A-F]{8}$`).test(id));
  if (found === undefined || others.length > 0) throw new Error(`${type} ${name} is not there, or more than once`);
  return found;
}

const functionId = (name: string) => idOf('AWS::Lambda::Function', name);
const permissionsOf = (name: string) => statementsOf(resources, idOf('AWS::IAM::Role', `${name}Role`));
const actionsOf = (statement: Statement) => [statement.Action].flat();
const resourcesOf = (statement: Statement) => [statement.Resource].flat();

function environmentOf(name: string): Readonly<Record<string, unknown>> {
  const environment = resources[functionId(name)]?.Properties['Environment'] as { Variables: Record<string, unknown> };
  return environment.Variables;
}

describe.each(names)('%s', (name) => {
  test('has the listed permissions on each table, and the names of those tables only', () => {
    for (const [tableName, shape] of Object.entries(tables)) {
      const permissions: readonly TablePermission[] = functions[name].tables[tableName as keyof typeof tables] ?? [];
      const tableId = idOf('AWS::DynamoDB::GlobalTable', tableName);
      const granted = permissionsOf(name)
        .filter((statement) => refersTo(statement.Resource, tableId))
        .flatMap((statement) => {
          const onIndex = JSON.stringify(statement.Resource).includes('/index/');
          return actionsOf(statement).map((action) => action.replace('dynamodb:', '') + (onIndex ? 'Index' : ''));
        });
      expect(granted.toSorted(), tableName).toEqual(permissions.toSorted());
      const variable = environmentOf(name)[shape.variable];
      expect(variable, tableName).toEqual(permissions.length > 0 ? { Ref: tableId } : undefined);
    }
  });

  test('has the listed permissions on objects, folder by folder, and the name of the bucket only then', () => {
    const [[bucketId] = ['']] = ofType(resources, 'AWS::S3::Bucket');
    const statements = permissionsOf(name).filter((statement) => refersTo(statement.Resource, bucketId));
    for (const prefix of objectPrefixes) {
      const granted = statements
        .filter(({ Resource, Condition }) => JSON.stringify([Resource, Condition]).includes(`${prefix}/*"`))
        .flatMap(actionsOf)
        .map((action) => action.replace('s3:', ''));
      expect(granted.toSorted(), prefix).toEqual((functions[name].objects?.[prefix] ?? []).toSorted());
    }
    // Every grant is limited to one folder.
    for (const { Resource, Condition } of statements) {
      expect(JSON.stringify([Resource, Condition])).toMatch(new RegExp(`\\b(${objectPrefixes.join('|')})/\\*"`));
    }
    expect(environmentOf(name)[variables.bucket]).toEqual(functions[name].objects ? { Ref: bucketId } : undefined);
  });

  test('may invoke the listed functions', () => {
    const invokes = functions[name].invokes ?? [];
    const granted = permissionsOf(name).filter((statement) => actionsOf(statement).includes('lambda:InvokeFunction'));
    const targets = granted.flatMap(resourcesOf);
    expect(targets).toHaveLength(invokes.length);
    for (const invoked of invokes) {
      expect(targets).toContainEqual({ 'Fn::GetAtt': [functionId(invoked), 'Arn'] });
      // Lambda provides a function's own name.
      if (invoked === name) continue;
      const variable = variables[`${invoked}Function`];
      expect(environmentOf(name)[variable]).toEqual({ Ref: functionId(invoked) });
    }
  });

  test('has the listed permissions on connections', () => {
    const granted = permissionsOf(name)
      .filter((statement) => actionsOf(statement).includes('execute-api:ManageConnections'))
      .flatMap(resourcesOf)
      .map((resource) => /\/prod\/([A-Z]+)\/@connections\/\*/.exec(JSON.stringify(resource))?.[1]);
    const permissions = functions[name].connections ?? [];
    expect(granted.toSorted()).toEqual(permissions.toSorted());
    const endpoint = JSON.stringify(environmentOf(name)[variables.connectionsEndpoint] ?? '');
    if (permissions.length > 0) expect(endpoint).toMatch(/https:\/\/.*\.execute-api\..*\/prod/);
  });

  test('has no wildcard permission, except on connections and objects, whose names are unknown at deployment', () => {
    for (const statement of permissionsOf(name)) {
      expect(actionsOf(statement).join()).not.toContain('*');
      for (const resource of resourcesOf(statement)) {
        const text = JSON.stringify(resource);
        const nameless = ['@connections', ...objectPrefixes].some((folder) => text.includes(`/${folder}/*"`));
        if (!nameless) expect(text).not.toContain('*');
      }
    }
  });

  test('may send to the dead letters if it is started asynchronously, and only then', () => {
    const [[queue] = ['']] = ofType(resources, 'AWS::SQS::Queue');
    const granted = permissionsOf(name).filter((statement) => refersTo(statement.Resource, queue));
    expect(granted.flatMap(actionsOf)).toEqual(functions[name].asynchronous ? ['sqs:SendMessage'] : []);
  });

  test('may read the log if that is listed', () => {
    const reading = permissionsOf(name).filter((statement) => actionsOf(statement).includes('logs:FilterLogEvents'));
    expect(reading.length > 0).toBe(functions[name].readsLog ?? false);
    const [[logId = ''] = []] = ofType(resources, 'AWS::Logs::LogGroup');
    for (const resource of reading.flatMap(resourcesOf)) expect(refersTo(resource, logId)).toBe(true);
  });

  test('has no other permission except to write the log', () => {
    const services = new Set(permissionsOf(name).flatMap(actionsOf));
    for (const action of services) {
      expect(action).toMatch(
        /^(dynamodb:|s3:|lambda:InvokeFunction$|execute-api:ManageConnections$|sqs:SendMessage$|logs:(CreateLogStream|PutLogEvents|FilterLogEvents)$)/,
      );
    }
    const role = resources[idOf('AWS::IAM::Role', `${name}Role`)];
    expect(role?.Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test("runs on Lambda's newest Node.js, on arm64, and answers a route before API Gateway gives up after 29 s", () => {
    const { memory, timeout } = functions[name];
    expect(resources[functionId(name)]?.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: memory,
      Timeout: timeout,
    });
    const routed = ofType(resources, 'AWS::ApiGatewayV2::Integration').some(([, integration]) =>
      refersTo(integration.Properties, functionId(name)),
    );
    if (routed) expect(timeout).toBeLessThan(29);
  });
});

test('only the files function and the admin function can access the bytes of files; only the latter may list them', () => {
  const permissions = names.flatMap((name) => {
    const inFiles = permissionsOf(name).filter((one) =>
      JSON.stringify([one.Resource, one.Condition]).includes('files/*"'),
    );
    return inFiles.length > 0 ? [[name, inFiles.flatMap(actionsOf).toSorted()]] : [];
  });
  const bytes = ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'];
  expect(Object.fromEntries(permissions)).toEqual({
    files: bytes,
    admin: [...bytes.slice(0, 2), 's3:ListBucket', bytes[2]],
  });
});

describe('the administrator function', () => {
  test('has no route, no event and no resource policy', () => {
    const id = functionId('admin');
    for (const type of ['AWS::ApiGatewayV2::Integration', 'AWS::Lambda::Permission', 'AWS::Events::Rule']) {
      for (const [, resource] of ofType(resources, type)) expect(refersTo(resource.Properties, id)).toBe(false);
    }
    expect(Object.values(resources).map(({ Type }) => Type)).not.toContain('AWS::Lambda::Url');
  });

  test('can be invoked by no role of the stack', () => {
    for (const [, policy] of ofType(resources, 'AWS::IAM::Policy')) {
      expect(refersTo(policy.Properties['PolicyDocument'], functionId('admin'))).toBe(false);
    }
  });
});

/** The targets of a rule. Checks that it may invoke each of them. */
function startedBy(ruleId: string): string[] {
  const targets = resources[ruleId]?.Properties['Targets'];
  const started = names.filter((name) => refersTo(targets, functionId(name)));
  const invokable = ofType(resources, 'AWS::Lambda::Permission')
    .filter(([, { Properties }]) => refersTo(Properties['SourceArn'], ruleId))
    .flatMap(([, { Properties }]) => names.filter((name) => refersTo(Properties['FunctionName'], functionId(name))));
  expect(invokable.toSorted()).toEqual(started.toSorted());
  return started;
}

function ruleWith(property: string): { id: string; properties: TemplateResource['Properties'] } {
  const rules = ofType(resources, 'AWS::Events::Rule').filter(([, { Properties }]) => property in Properties);
  const [[id, { Properties }] = ['', { Properties: {} }]] = rules;
  expect(rules).toHaveLength(1);
  return { id, properties: Properties };
}

test('sessions and files that are due are handled every minute', () => {
  const { id, properties } = ruleWith('ScheduleExpression');
  expect(properties['ScheduleExpression']).toBe('rate(1 minute)');
  expect(startedBy(id)).toEqual(['files', 'sweeper']);
});

test('the files function receives events for its own folder of the bucket only', () => {
  const { id, properties } = ruleWith('EventPattern');
  const [[bucketId] = ['']] = ofType(resources, 'AWS::S3::Bucket');
  expect(properties['EventPattern']).toEqual({
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: [{ Ref: bucketId }] }, object: { key: [{ prefix: 'files/' }] } },
  });
  expect(startedBy(id)).toEqual(['files']);
});

test('asynchronous events have the configured retries and a maximum age that allows for them', () => {
  const configs = ofType(resources, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
  const decided = Object.fromEntries(
    names.flatMap((name) => {
      const config = configs.find(({ FunctionName }) => refersTo(FunctionName, functionId(name)));
      return config ? [[name, [config['MaximumRetryAttempts'], config['MaximumEventAgeInSeconds']]]] : [];
    }),
  );
  expect(decided).toEqual({ files: [2, 3600], fanout: [1, 180], notices: [0, 180], sweeper: [0, 60] });
  for (const name of names) {
    const { asynchronous, timeout } = functions[name];
    if (!asynchronous) continue;
    // Lambda waits one minute before the first retry and two before the second. It drops an event that is older by then.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    const waits = [60, 120].slice(0, asynchronous.retries);
    const lastBegins = waits.reduce((seconds, wait) => seconds + timeout + wait, 0);
    expect(asynchronous.maxAge, name).toBeGreaterThan(lastBegins);
  }
});
