import * as v from 'valibot';
import { RoomError } from '../errors.ts';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

/** An EventBridge rule that invokes functions at a fixed rate. */
export interface Schedule {
  readonly logicalId: string;
  readonly arn: string;
  readonly periodMs: number;
  readonly targets: readonly { readonly functionArn: string; readonly input: string | undefined }[];
}

const ruleEntries = {
  ScheduleExpression: v.optional(v.string()),
  State: v.optional(v.picklist(['ENABLED', 'DISABLED']), 'ENABLED'),
  Targets: v.array(v.object({ Arn: v.string(), Input: v.optional(v.string()) })),
};

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The enabled schedules of a template. */
export function readSchedules(template: Template): Schedule[] {
  return [...template.ofType('AWS::Events::Rule')].flatMap(([logicalId, resource]) => {
    const { ScheduleExpression, State, Targets } = readProperties(template, logicalId, resource, ruleEntries);
    const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(ScheduleExpression ?? '') ?? [];
    const periodMs = Number(count) * (units[unit ?? ''] ?? Number.NaN);
    if (!(periodMs > 0)) throw new RoomError(`${logicalId}: only rules with a rate() schedule are understood`);
    if (State === 'DISABLED') return [];
    const targets = Targets.map(({ Arn, Input }) => ({ functionArn: Arn, input: Input }));
    return [{ logicalId, arn: String(template.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })), periodMs, targets }];
  });
}
