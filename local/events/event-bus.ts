import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventRule } from '../assembly/rules.ts';
import type { Target } from '../assembly/template.ts';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { Lambda } from '../lambda/lambda.ts';

/** An event as EventBridge passes it on. */
export type BusEvent = Readonly<Record<string, unknown>>;

export interface EventBusHost {
  readonly rules: readonly EventRule[];
  readonly lambda: Lambda;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly target: Target;
}

/** An event in EventBridge's envelope: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export function newEvent(
  { clock, target }: Pick<EventBusHost, 'clock' | 'target'>,
  source: string,
  detailType: string,
  resources: readonly string[],
  detail: object,
): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: target.account,
    time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
    region: target.region,
    resources,
    detail,
  };
}

/** EventBridge's default bus: delivers the events of AWS services to the functions of the matching rules. */
export class EventBus {
  readonly #host: EventBusHost;

  constructor(host: EventBusHost) {
    this.#host = host;
  }

  /** Makes an event of now, without delivering it. */
  event(source: string, detailType: string, resources: readonly string[], detail: object): BusEvent {
    return newEvent(this.#host, source, detailType, resources, detail);
  }

  /**
   * Invokes the functions of every rule that matches an event. Waits until each one has succeeded or used up its retries.
   * @returns false if the room closed before that.
   */
  async deliver(event: BusEvent): Promise<boolean> {
    const { faults, lambda, rules } = this.#host;
    const deliveries = rules.flatMap(({ logicalId, pattern, targets }) => {
      if (!pattern(event) || faults.chance(faults.event.drop)) return [];
      const times = faults.chance(faults.event.double) ? [1, 2] : [1];
      const delayMs = faults.chance(faults.event.late) ? faults.event.delayMs : 0;
      return times.flatMap(() =>
        targets.map(async ({ functionArn, input }) => {
          if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
          const target = lambda.find(functionArn);
          const trigger = { source: 'event', detail: logicalId } as const;
          return target === undefined || lambda.invokeLater(target, input ?? JSON.stringify(event), trigger);
        }),
      );
    });
    return (await Promise.all(deliveries)).every(Boolean);
  }
}
