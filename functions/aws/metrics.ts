import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Figures, Measure } from '../chat/ports.ts';
import { type MetricName, metricsNamespace } from './names.ts';

/** The library takes the room's name, the dimension `service`, from its own environment variable. */
const metrics = new Metrics({ namespace: metricsNamespace });

const names = {
  peopleOnline: 'PeopleOnline',
  countDrift: 'CountDrift',
  postsGivenUp: 'PostsGivenUp',
} as const satisfies Record<keyof Figures, MetricName>;

/** One line in the embedded metric format, of which CloudWatch makes metrics by itself. */
export const measure: Measure = (figures) => {
  for (const [name, value] of Object.entries(figures)) {
    metrics.addMetric(names[name as keyof Figures], MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
};
