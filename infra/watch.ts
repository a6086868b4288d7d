import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  SingleValueWidget,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type MetricName, metricsNamespace, type TableName } from '../functions/aws/names.ts';
import type { RoomConfig } from './config.ts';
import type { FunctionName } from './functions.ts';
import type { Gateway } from './gateway.ts';
import type { RoomFunction } from './room-function.ts';
import type { RoomTable } from './room-table.ts';

export interface WatchProps {
  readonly config: RoomConfig;
  readonly gateway: Gateway;
  readonly functions: Readonly<Record<FunctionName, RoomFunction>>;
  readonly tables: Readonly<Record<TableName, RoomTable>>;
  readonly logGroup: ILogGroup;
  readonly deadLetters: IQueue;
}

const minute = Duration.minutes(1);
const sum = { statistic: Stats.SUM, period: minute };

/** An alarm, under the name of its section in docs/runbook.md. */
interface AlarmEntry {
  readonly what: string;
  readonly metric: IMetric;
  /** The alarm rises if the metric is above this. */
  readonly above?: number;
  readonly below?: number;
  /** [m, n]: the alarm needs m of the last n minutes. */
  readonly minutes?: readonly [bad: number, of: number];
  readonly silenceIsBad?: boolean;
}

/** Monitors a deployed room: a dashboard, and alarms if an address for them is configured. */
export class Watch extends Construct {
  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id);
    const metrics = new RoomMetrics(this, props);
    showOn(new Dashboard(this, 'Dashboard', { dashboardName: Stack.of(this).stackName }), metrics);
    const { alarmEmail } = props.config;
    // Alarms have a price (docs/decisions/0038).
    if (alarmEmail !== null) this.alarm(metrics, this.topic(alarmEmail));
  }

  private alarm(metrics: RoomMetrics, topic: Topic): void {
    for (const [name, entry] of Object.entries(alarms(metrics))) {
      const alarm = new Alarm(this, name, {
        alarmDescription: `${entry.what} What to do: docs/runbook.md, ${name}.`,
        metric: entry.metric,
        threshold: entry.below ?? entry.above ?? 0,
        comparisonOperator:
          entry.below === undefined
            ? ComparisonOperator.GREATER_THAN_THRESHOLD
            : ComparisonOperator.LESS_THAN_THRESHOLD,
        datapointsToAlarm: entry.minutes?.[0] ?? 1,
        evaluationPeriods: entry.minutes?.[1] ?? 1,
        treatMissingData: entry.silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
  }

  private topic(email: string): Topic {
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    // A custom topic policy, such as the one that requires TLS, replaces the default one that lets the account publish.
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    return topic;
  }
}

/** All metrics of the alarms and the dashboard. AWS's own are free; the room's are few, and rarely written. */
class RoomMetrics {
  readonly functionErrors: IMetric;
  readonly functionThrottles: IMetric;
  readonly fanOutFailures: IMetric;
  readonly errorsLogged: IMetric;
  readonly deadLetters: IMetric;
  readonly readThrottles: IMetric;
  readonly writeThrottles: IMetric;
  readonly readUnits: IMetric;
  readonly writeUnits: IMetric;
  readonly countDrift: IMetric;
  readonly peopleOnline: IMetric;
  readonly sweeps: IMetric;
  readonly logBytes: IMetric;
  readonly durations: readonly IMetric[];
  private readonly apiId: string;
  private readonly stage: string;

  constructor(scope: Construct, { config, gateway, functions, tables, logGroup, deadLetters }: WatchProps) {
    this.apiId = gateway.api.apiId;
    this.stage = config.stage;
    const all = Object.entries(functions) as [FunctionName, RoomFunction][];
    const overFunctions = (label: string, metric: (fn: RoomFunction) => IMetric) =>
      total(label, Object.fromEntries(all.map(([name, fn]) => [name, metric(fn)])));
    this.functionErrors = overFunctions('errors', (fn) => fn.metricErrors(sum));
    this.functionThrottles = overFunctions('throttles', (fn) => fn.metricThrottles(sum));
    // A free dashboard has at most 50 metrics, so `admin` (seldom runs) and `notices` (mostly waits) are left out.
    this.durations = all
      .filter(([name]) => name !== 'admin' && name !== 'notices')
      .map(([label, fn]) => fn.metricDuration({ ...sum, label }));
    this.sweeps = functions.sweeper.metricInvocations({ statistic: Stats.SUM, period: Duration.minutes(5) });
    const overTables = (label: string, metricName: string, ofIndexes: Record<string, IMetric> = {}) =>
      total(label, { ...mapValues(tables, (table) => table.metric(metricName, sum)), ...ofIndexes });
    const ofIndexes = (metricName: string) =>
      Object.fromEntries(
        Object.entries(tables).flatMap(([name, table]) => {
          const metric = table.metricOfIndex(metricName, sum);
          return metric ? [[`${name}Index`, metric]] : [];
        }),
      );
    const throttles = (label: string, metricName: string) => overTables(label, metricName, ofIndexes(metricName));
    this.readThrottles = throttles('reads throttled', 'ReadThrottleEvents');
    this.writeThrottles = throttles('writes throttled', 'WriteThrottleEvents');
    this.readUnits = overTables('read units', 'ConsumedReadCapacityUnits');
    this.writeUnits = overTables('write units', 'ConsumedWriteCapacityUnits');
    this.errorsLogged = new MetricFilter(scope, 'ErrorLines', {
      logGroup,
      filterPattern: FilterPattern.stringValue('$.level', '=', 'ERROR'),
      metricNamespace: metricsNamespace,
      metricName: `${Stack.of(scope).stackName}ErrorsLogged`,
    }).metric({ ...sum, label: 'errors logged' });
    this.deadLetters = deadLetters.metricApproximateNumberOfMessagesVisible({
      statistic: Stats.MAXIMUM,
      period: minute,
    });
    const own = (metricName: MetricName, statistic: string) =>
      new Metric({
        namespace: metricsNamespace,
        metricName,
        dimensionsMap: { service: Stack.of(scope).stackName },
        statistic,
        period: minute,
      });
    this.countDrift = own('CountDrift', Stats.MAXIMUM);
    this.peopleOnline = own('PeopleOnline', Stats.MAXIMUM);
    this.fanOutFailures = total('fan-outs failed', {
      failed: functions.fanout.metricErrors(sum),
      given: own('PostsGivenUp', Stats.SUM),
    });
    this.logBytes = new Metric({
      namespace: 'AWS/Logs',
      metricName: 'IncomingBytes',
      dimensionsMap: { LogGroupName: logGroup.logGroupName },
      ...sum,
    });
  }

  /** A metric that API Gateway has of the stage. */
  gateway(metricName: string, statistic: string = Stats.SUM): Metric {
    return new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiId: this.apiId, Stage: this.stage },
      statistic,
      period: minute,
      label: statistic === Stats.SUM ? metricName : `${metricName} ${statistic}`,
    });
  }
}

const alarms = (metrics: RoomMetrics): Readonly<Record<string, AlarmEntry>> => ({
  FunctionErrors: { what: 'A function has failed or has run into its timeout.', metric: metrics.functionErrors },
  FunctionThrottles: { what: 'Lambda has refused to start a function.', metric: metrics.functionThrottles },
  ErrorsLogged: {
    what: 'A function has caught and logged a failure of the room.',
    metric: metrics.errorsLogged,
  },
  GatewayErrors: {
    what: 'API Gateway could not invoke a function, or had no valid answer from it.',
    metric: total('gateway errors', {
      integration: metrics.gateway('IntegrationError'),
      execution: metrics.gateway('ExecutionError'),
    }),
  },
  SlowCommands: {
    what: 'One command in a hundred takes longer than 3 s.',
    metric: metrics.gateway('IntegrationLatency', Stats.percentile(99)),
    above: 3_000,
    minutes: [3, 5],
  },
  FanOutFailures: {
    what: 'A fan-out has failed, or posts to people online were given up; they have them at the next sync.',
    metric: metrics.fanOutFailures,
  },
  DeadLetters: {
    what: 'An event that a function could not handle waits to be looked at.',
    metric: metrics.deadLetters,
  },
  DatabaseReadThrottles: { what: 'DynamoDB has refused reads.', metric: metrics.readThrottles, minutes: [3, 5] },
  DatabaseWriteThrottles: { what: 'DynamoDB has refused writes.', metric: metrics.writeThrottles, minutes: [3, 5] },
  CountDrift: {
    what: 'The sweeper has found the count of those online wrong, and corrected it.',
    metric: metrics.countDrift,
  },
  SweeperSilent: {
    what: 'The sweeper has not run for ten minutes.',
    metric: metrics.sweeps,
    below: 1,
    minutes: [2, 2],
    silenceIsBad: true,
  },
});

/**
 * Creates the dashboard. A free one has at most 50 metrics, so DynamoDB's throttles have alarms only:
 * https://aws.amazon.com/cloudwatch/pricing/
 */
function showOn(dashboard: Dashboard, metrics: RoomMetrics): void {
  const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
    new GraphWidget({ title, left, right, width: 8, height: 6 });
  dashboard.addWidgets(
    new SingleValueWidget({
      title: 'People online',
      metrics: [metrics.peopleOnline],
      width: 8,
      height: 6,
      sparkline: true,
    }),
    graph('Messages in and out', [metrics.gateway('MessageCount')], [metrics.gateway('ConnectCount')]),
    graph(
      'How long commands take (ms)',
      ['p50', 'p99'].map((percentile) => metrics.gateway('IntegrationLatency', percentile)),
    ),
  );
  dashboard.addWidgets(
    graph('Errors', [
      metrics.functionErrors,
      metrics.errorsLogged,
      metrics.gateway('IntegrationError'),
      metrics.gateway('ExecutionError'),
      metrics.gateway('ClientError'),
    ]),
    graph('Throttles', [metrics.functionThrottles]),
    graph('What did not get through', [metrics.fanOutFailures, metrics.deadLetters], [metrics.countDrift]),
  );
  dashboard.addWidgets(
    graph('Cost: DynamoDB units', [metrics.readUnits, metrics.writeUnits]),
    graph('Cost: milliseconds of Lambda', [...metrics.durations]),
    graph('Cost: bytes logged', [metrics.logBytes]),
  );
}

/** The sum of metrics. A metric without data counts as 0. */
function total(label: string, metrics: Record<string, IMetric>): MathExpression {
  // A graph may contain two sums, and metric ids must be unique in it.
  const prefix = label.replaceAll(/\W/g, '_');
  const usingMetrics = Object.fromEntries(Object.entries(metrics).map(([key, metric]) => [`${prefix}_${key}`, metric]));
  const expression = Object.keys(usingMetrics)
    .map((key) => `FILL(${key}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics, label, period: minute });
}

const mapValues = <K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  change: (value: A) => B,
): Record<string, B> =>
  Object.fromEntries((Object.entries(record) as [string, A][]).map(([key, value]) => [key, change(value)]));
