import { Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  SingleValueWidget,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { RoomMetrics, type RoomMetricsProps } from './room-metrics.ts';

/** An alarm, under the name of its section in docs/runbook.md. */
interface AlarmEntry {
  readonly what: string;
  readonly metric: IMetric;
  /** The alarm rises if the metric is above this. */
  readonly above?: number;
  readonly below?: number;
  /** [m, n]: the alarm needs m of the last n periods of the metric: one minute each, or five for `sweeps`. */
  readonly minutes?: readonly [bad: number, of: number];
  readonly silenceIsBad?: boolean;
}

/** Monitors a deployed room: a dashboard, and alarms if an address for them is configured. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: RoomMetricsProps) {
    super(scope, id);
    const metrics = new RoomMetrics(this, props);
    showOn(new Dashboard(this, 'Dashboard', { dashboardName: Stack.of(this).stackName }), metrics);
    const { alarmEmail } = props.config;
    // Alarms have a price (docs/decisions/0038).
    if (alarmEmail === null) return;
    this.alarm(metrics, this.topic(alarmEmail));
    const { accountBudget } = props.config;
    if (accountBudget !== null) this.budget(alarmEmail, accountBudget);
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

  /** AWS's own budget. It counts the whole account: a filter by tag would count nothing until the tag is activated for billing. */
  private budget(email: string, amount: number): void {
    const subscribers = [{ subscriptionType: 'EMAIL', address: email }];
    const notification = (notificationType: string, threshold: number) => ({
      notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `${Stack.of(this).stackName}-${Stack.of(this).region}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount, unit: 'USD' },
      },
      notificationsWithSubscribers: [notification('ACTUAL', 80), notification('FORECASTED', 100)],
    });
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

const alarms = (metrics: RoomMetrics): Readonly<Record<string, AlarmEntry>> => ({
  FunctionErrors: { what: 'A function has failed or has run into its timeout.', metric: metrics.functionErrors },
  FunctionThrottles: { what: 'Lambda has refused to start a function.', metric: metrics.functionThrottles },
  ErrorsLogged: {
    what: 'A function has caught and logged a failure of the room.',
    metric: metrics.errorsLogged,
  },
  GatewayErrors: {
    what: 'API Gateway could not invoke a function or has failed itself, or the page answered with 5xx.',
    // Not `IntegrationError`: it counts the refusals of a full or stopped room, too.
    metric: metrics.gatewayErrors,
  },
  SlowCommands: {
    what: 'One command in a hundred takes longer than 3 s.',
    metric: metrics.gateway('IntegrationLatency', Stats.percentile(99)),
    above: 3_000,
    minutes: [3, 5],
  },
  FanOutFailures: {
    what: 'A fan-out has failed, or posts to online users failed at every attempt. Their clients get the messages by sync.',
    metric: metrics.fanOutFailures,
  },
  DeadLetters: {
    what: 'The dead-letter queue has an event that a function could not handle.',
    metric: metrics.deadLetters,
  },
  DatabaseReadThrottles: { what: 'DynamoDB has refused reads.', metric: metrics.readThrottles, minutes: [3, 5] },
  DatabaseWriteThrottles: { what: 'DynamoDB has refused writes.', metric: metrics.writeThrottles, minutes: [3, 5] },
  CountDrift: {
    what: 'The sweeper has found a wrong count of users online, and corrected it.',
    metric: metrics.countDrift,
  },
  MessageRate: {
    what: 'More than 5,000 messages a minute have gone in and out for ten minutes.',
    metric: metrics.gateway('MessageCount'),
    above: 5_000,
    minutes: [10, 15],
  },
  ClientErrors: {
    what: 'More than 300 requests a minute were refused.',
    metric: metrics.clientErrors,
    above: 300,
    minutes: [5, 10],
  },
  BudgetUsed: { what: 'The room has used 80 % of MONTHLY_BUDGET.', metric: metrics.budgetUsed, above: 79 },
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
    graph('Failed deliveries and count drift', [metrics.fanOutFailures, metrics.deadLetters], [metrics.countDrift]),
  );
  dashboard.addWidgets(
    graph('Cost: DynamoDB units', [metrics.readUnits, metrics.writeUnits]),
    graph('Cost: milliseconds of Lambda', [...metrics.durations]),
    graph('Cost: bytes logged', [metrics.logBytes]),
  );
}
