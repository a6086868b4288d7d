import * as v from 'valibot';
import { RoomError } from '../errors.ts';
import { type EventPattern, readPattern } from '../events/event-pattern.ts';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

/** An EventBridge rule and the functions that it invokes. A target's `input` replaces the event. */
interface Rule {
  readonly logicalId: string;
  readonly arn: string;
  readonly targets: readonly { readonly functionArn: string; readonly input: string | undefined }[];
}

/** A rule that invokes functions at a fixed rate. */
export interface Schedule extends Rule {
  readonly periodMs: number;
}

/** A rule that invokes functions for matching events. */
export interface EventRule extends Rule {
  readonly pattern: EventPattern;
}

const nothing = v.optional(v.undefined());

const ruleEntries = {
  ScheduleExpression: v.optional(v.string()),
  EventPattern: v.optional(v.unknown()),
  EventBusName: nothing,
  State: v.optional(v.picklist(['ENABLED', 'DISABLED']), 'ENABLED'),
  Targets: v.array(
    v.object({ Arn: v.string(), Input: v.optional(v.string()), InputPath: nothing, InputTransformer: nothing }),
  ),
};

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Reads the enabled rules of a template. */
export function readRules(template: Template): { schedules: Schedule[]; eventRules: EventRule[] } {
  const schedules: Schedule[] = [];
  const eventRules: EventRule[] = [];
  for (const [logicalId, resource] of template.ofType('AWS::Events::Rule')) {
    const properties = readProperties(template, logicalId, resource, ruleEntries);
    const rule = {
      logicalId,
      arn: String(template.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
      targets: properties.Targets.map(({ Arn, Input }) => ({ functionArn: Arn, input: Input })),
    };
    const enabled = properties.State === 'ENABLED';
    if (properties.EventPattern !== undefined && properties.ScheduleExpression === undefined) {
      const pattern = readPattern(properties.EventPattern, `${logicalId}.EventPattern`);
      if (enabled) eventRules.push({ ...rule, pattern });
    } else {
      const periodMs = readRate(logicalId, properties.ScheduleExpression);
      if (enabled) schedules.push({ ...rule, periodMs });
    }
  }
  return { schedules, eventRules };
}

function readRate(logicalId: string, expression = ''): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const periodMs = Number(count) * (units[unit ?? ''] ?? Number.NaN);
  if (periodMs > 0) return periodMs;
  throw new RoomError(`${logicalId}: only rules with an event pattern or a rate() schedule are understood`);
}
