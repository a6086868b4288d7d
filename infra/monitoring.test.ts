import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { metricsNamespace, type TableShape, tables, variables } from '../functions/aws/names.ts';
import { type FunctionName, functions } from './functions.ts';
import { ofType, refersTo, synthesize, type TemplateResource } from './test-template.ts';

let silent: Readonly<Record<string, TemplateResource>>;
let telling: Readonly<Record<string, TemplateResource>>;
beforeAll(() => {
  silent = synthesize();
  telling = synthesize({ alarmEmail: 'ops@example.org' });
});

interface MetricQuery {
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: { Namespace: string; MetricName: string } };
}

/** Alarms by the name of their section in the runbook. */
function alarms(resources: Readonly<Record<string, TemplateResource>>) {
  return ofType(resources, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => {
    const name = /^Watch(\w+)[0-9A-F]{8}$/.exec(id)?.[1] ?? '';
    return { name, properties: Properties, metrics: (Properties['Metrics'] ?? []) as MetricQuery[] };
  });
}

describe('alarms', () => {
  test('each has its section in the runbook, and the runbook has no other', () => {
    const runbook = readFileSync(new URL('../docs/runbook.md', import.meta.url), 'utf8');
    const sections = [...runbook.matchAll(/^## `(\w+)`$/gm)].map(([, name]) => name);
    expect(sections.toSorted()).toEqual(
      alarms(telling)
        .map(({ name }) => name)
        .toSorted(),
    );
    for (const { name, properties } of alarms(telling)) {
      expect(properties['AlarmDescription']).toContain(`docs/runbook.md, ${name}.`);
    }
  });

  test('exist only if an address is configured, and notify it when they begin and end', () => {
    expect(ofType(silent, 'AWS::SNS::Topic')).toHaveLength(0);
    expect(alarms(silent)).toHaveLength(0);
    const [[topic] = ['']] = ofType(telling, 'AWS::SNS::Topic');
    expect(ofType(telling, 'AWS::SNS::Subscription').map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({ Protocol: 'email', Endpoint: 'ops@example.org', TopicArn: { Ref: topic } }),
    ]);
    for (const { name, properties } of alarms(telling)) {
      expect(properties['AlarmActions'], name).toEqual([{ Ref: topic }]);
      expect(properties['OKActions'], name).toEqual([{ Ref: topic }]);
    }
  });

  test("may publish to that topic in spite of the topic's own policy", () => {
    const [[, policy] = []] = ofType(telling, 'AWS::SNS::TopicPolicy');
    expect(policy?.Properties['PolicyDocument']).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]),
    });
  });

  test('are computed from no more metrics than CloudWatch allows', () => {
    for (const { name, metrics } of alarms(telling)) {
      expect(metrics.filter(({ MetricStat }) => MetricStat).length, name).toBeLessThanOrEqual(10);
    }
  });

  test('watch both APIs', () => {
    const of = (name: string) => JSON.stringify(alarms(telling).find((alarm) => alarm.name === name)?.metrics);
    for (const [id] of ofType(telling, 'AWS::ApiGatewayV2::Api')) {
      expect(of('GatewayErrors')).toContain(`"${id}"`);
      expect(of('ClientErrors')).toContain(`"${id}"`);
    }
    expect(of('GatewayErrors')).toContain('"5xx"');
    expect(of('ClientErrors')).toContain('"4xx"');
  });

  test('are not raised by a full or stopped room, whose refusals API Gateway counts as errors of the integration', () => {
    expect(JSON.stringify(alarms(telling))).toContain('"ExecutionError"');
    expect(JSON.stringify(alarms(telling))).not.toContain('"IntegrationError"');
  });

  test('cost what docs/deploy.md says', () => {
    // An alarm without an expression reads one metric.
    const read = alarms(telling)
      .map(({ metrics }) => Math.max(1, metrics.filter(({ MetricStat }) => MetricStat).length))
      .reduce((sum, count) => sum + count);
    const docs = readFileSync(new URL('../docs/deploy.md', import.meta.url), 'utf8');
    // US$ 0.10 a month for each metric that an alarm reads, ten of them free.
    const price = (0.1 * (read - 10)).toFixed(2);
    expect(docs).toContain(`${alarms(telling).length} alarms that read ${read} metrics`);
    expect(docs).toMatch(new RegExp(`\\| alarms.*\\| ${price} \\|`));
  });

  test('watch every function, every table and every index', () => {
    const of = (name: string) => JSON.stringify(alarms(telling).find((alarm) => alarm.name === name)?.metrics);
    for (const [id] of ofType(telling, 'AWS::Lambda::Function')) {
      expect(of('FunctionErrors')).toContain(`"${id}"`);
      expect(of('FunctionThrottles')).toContain(`"${id}"`);
    }
    for (const [id] of ofType(telling, 'AWS::DynamoDB::GlobalTable')) {
      expect(of('DatabaseReadThrottles')).toContain(`"${id}"`);
      expect(of('DatabaseWriteThrottles')).toContain(`"${id}"`);
    }
    for (const { index } of Object.values<TableShape>(tables)) {
      if (!index) continue;
      expect(of('DatabaseReadThrottles')).toContain(`"${index.name}"`);
      expect(of('DatabaseWriteThrottles')).toContain(`"${index.name}"`);
    }
  });

  test('find the metrics that the functions write, under the name of this room', () => {
    const own = alarms(telling).flatMap(({ properties, metrics }) => [
      properties,
      ...metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : [])),
    ]) as { Namespace?: string; MetricName?: string; Dimensions?: { Value: unknown }[] }[];
    const written = own.filter(({ Namespace, Dimensions }) => Namespace === metricsNamespace && Dimensions);
    expect(written.map(({ MetricName }) => MetricName).toSorted()).toEqual([
      'BudgetUsed',
      'CountDrift',
      'PostsGivenUp',
    ]);
    const rooms = ofType(telling, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => (Properties['Environment'] as { Variables: Record<string, unknown> }).Variables,
    );
    for (const { Dimensions } of written) {
      for (const room of rooms) expect(Dimensions?.[0]?.Value).toEqual(room[variables.metricsService]);
    }
  });
});

test("the account's budget tells the alarms' address, if there is one", () => {
  expect(ofType(telling, 'AWS::Budgets::Budget')).toEqual([]);
  const resources = synthesize({ alarmEmail: 'ops@example.org', accountBudget: 50 });
  const subscribers = [{ SubscriptionType: 'EMAIL', Address: 'ops@example.org' }];
  expect(ofType(resources, 'AWS::Budgets::Budget').map(([, { Properties }]) => Properties)).toEqual([
    {
      Budget: expect.objectContaining({
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: 50, Unit: 'USD' },
      }),
      NotificationsWithSubscribers: [
        {
          Notification: expect.objectContaining({ NotificationType: 'ACTUAL', Threshold: 80 }),
          Subscribers: subscribers,
        },
        {
          Notification: expect.objectContaining({ NotificationType: 'FORECASTED', Threshold: 100 }),
          Subscribers: subscribers,
        },
      ],
    },
  ]);
});

test('the dashboard shows users, messages, latency, errors and usage', () => {
  const [[, dashboard] = []] = ofType(silent, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.Properties['DashboardBody']);
  for (const metric of [
    'PeopleOnline',
    'MessageCount',
    'IntegrationLatency',
    'IntegrationError',
    'Throttles',
    'ConsumedWriteCapacityUnits',
    'IncomingBytes',
  ]) {
    expect(body).toContain(metric);
  }
});

test('the dashboard has no more metrics than a free one may have', () => {
  const [[, dashboard] = []] = ofType(silent, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.Properties['DashboardBody']);
  // A metric is listed as ["namespace","name",…], an expression as [{…}].
  const shown = body.match(/\[\\"(AWS\/\w+|ChatRoom)\\",/g) ?? [];
  expect(shown.length).toBeGreaterThan(40);
  expect(shown.length).toBeLessThanOrEqual(50);
});

describe('dead letters', () => {
  const queue = () => {
    const [[id, resource] = ['', undefined], ...others] = ofType(silent, 'AWS::SQS::Queue');
    expect(others).toHaveLength(0);
    return { id, resource };
  };

  test('are kept for two weeks, encrypted, and accessible by TLS only', () => {
    const { id, resource } = queue();
    expect(resource).toMatchObject({
      Properties: { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 },
      DeletionPolicy: 'Retain',
    });
    const policies = ofType(silent, 'AWS::SQS::QueuePolicy').map(([, { Properties }]) => Properties);
    expect(policies).toHaveLength(1);
    expect(policies[0]?.['Queues']).toEqual([{ Ref: id }]);
    expect(JSON.stringify(policies[0]?.['PolicyDocument'])).toContain('"aws:SecureTransport":"false"');
  });

  const asynchronous = (Object.keys(functions) as FunctionName[]).filter((name) => functions[name].asynchronous);
  const invoked = Object.values(functions).flatMap(({ invokes }) => invokes ?? []);

  test('are kept for all asynchronous invocations', () => {
    for (const name of invoked) expect(asynchronous).toContain(name);
    const { id } = queue();
    for (const [rule, { Properties }] of ofType(silent, 'AWS::Events::Rule')) {
      for (const target of Properties['Targets'] as Record<string, unknown>[]) {
        expect(target['DeadLetterConfig'], rule).toEqual({ Arn: { 'Fn::GetAtt': [id, 'Arn'] } });
        const [name] = asynchronous.filter((one) => JSON.stringify(target['Arn']).includes(`"${capitalized(one)}`));
        expect(name, rule).toBeDefined();
      }
    }
  });

  test.each(asynchronous)('%s sends them there', (name) => {
    const { id } = queue();
    const [functionId = ''] =
      ofType(silent, 'AWS::Lambda::Function').find(([one]) =>
        new RegExp(`^${capitalized(name)}[0-9A-F]{8}$`).test(one),
      ) ?? [];
    const config = ofType(silent, 'AWS::Lambda::EventInvokeConfig').find(([, { Properties }]) =>
      refersTo(Properties['FunctionName'], functionId),
    );
    expect(config?.[1].Properties['DestinationConfig']).toEqual({
      OnFailure: { Destination: { 'Fn::GetAtt': [id, 'Arn'] } },
    });
  });
});

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
