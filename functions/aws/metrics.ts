import { Metrics as MetricsPublisher, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Metrics, RecordMetrics } from '../chat/ports.ts';
import { type MetricName, metricsNamespace } from './names.ts';

/** The library reads the room's name (the dimension `service`) from its own environment variable. */
const publisher = new MetricsPublisher({ namespace: metricsNamespace });

const names = {
  peopleOnline: 'PeopleOnline',
  countDrift: 'CountDrift',
  postsGivenUp: 'PostsGivenUp',
  budgetUsed: 'BudgetUsed',
} as const satisfies Record<keyof Metrics, MetricName>;

/** Writes a line in the embedded metric format, from which CloudWatch creates metrics. */
export const recordMetrics: RecordMetrics = (values) => {
  for (const [name, value] of Object.entries(values)) {
    publisher.addMetric(names[name as keyof Metrics], MetricUnit.Count, value);
  }
  publisher.publishStoredMetrics();
};
