import { Duration, Stack } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type MetricName, metricsNamespace, type TableName } from '../functions/aws/names.ts';
import type { RoomConfig } from './config.ts';
import type { FunctionName } from './functions.ts';
import type { Gateway } from './gateway.ts';
import type { PageGateway } from './page-gateway.ts';
import type { RoomFunction } from './room-function.ts';
import type { RoomTable } from './room-table.ts';

export interface RoomMetricsProps {
  readonly config: RoomConfig;
  readonly gateway: Gateway;
  readonly pageGateway: PageGateway;
  readonly functions: Readonly<Record<FunctionName, RoomFunction>>;
  readonly tables: Readonly<Record<TableName, RoomTable>>;
  readonly logGroup: ILogGroup;
  readonly deadLetters: IQueue;
}

const minute = Duration.minutes(1);
const sum = { statistic: Stats.SUM, period: minute };

/**
 * Functions whose duration the dashboard leaves out, because a free one has at most 50 metrics: `admin` and `page` run
 * seldom, `notices` and `sweeper` mostly wait, and `connection` follows the number of connects, which is shown.
 */
const notShown: readonly FunctionName[] = ['admin', 'connection', 'notices', 'page', 'sweeper'];

/** All metrics of the alarms and the dashboard. AWS's own are free; the room's are few, and rarely written. */
export class RoomMetrics {
  readonly functionErrors: IMetric;
  readonly functionThrottles: IMetric;
  /** Of the WebSocket API and of the page's HTTP API together. */
  readonly gatewayErrors: IMetric;
  readonly clientErrors: IMetric;
  readonly fanOutFailures: IMetric;
  readonly errorsLogged: IMetric;
  readonly deadLetters: IMetric;
  readonly readThrottles: IMetric;
  readonly writeThrottles: IMetric;
  readonly readUnits: IMetric;
  readonly writeUnits: IMetric;
  readonly countDrift: IMetric;
  readonly budgetUsed: IMetric;
  readonly peopleOnline: IMetric;
  readonly sweeps: IMetric;
  readonly logBytes: IMetric;
  readonly durations: readonly IMetric[];
  private readonly apiId: string;
  private readonly stage: string;

  constructor(scope: Construct, props: RoomMetricsProps) {
    const { config, gateway, pageGateway, functions, tables, logGroup, deadLetters } = props;
    this.apiId = gateway.api.apiId;
    this.stage = config.stage;
    const page = pageGateway.api;
    this.gatewayErrors = total('gateway errors', {
      room: this.gateway('ExecutionError'),
      page: page.metricServerError(sum),
    });
    this.clientErrors = total('requests refused', {
      room: this.gateway('ClientError'),
      page: page.metricClientError(sum),
    });
    const all = Object.entries(functions) as [FunctionName, RoomFunction][];
    const overFunctions = (label: string, metric: (fn: RoomFunction) => IMetric) =>
      total(label, Object.fromEntries(all.map(([name, fn]) => [name, metric(fn)])));
    this.functionErrors = overFunctions('errors', (fn) => fn.metricErrors(sum));
    this.functionThrottles = overFunctions('throttles', (fn) => fn.metricThrottles(sum));
    this.durations = all
      .filter(([name]) => !notShown.includes(name))
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
    this.budgetUsed = own('BudgetUsed', Stats.MAXIMUM);
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

  /** A metric of API Gateway for the stage. */
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
