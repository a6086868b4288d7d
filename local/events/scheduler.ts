import type { LambdaFunction } from '../assembly/functions.ts';
import type { Schedule } from '../assembly/rules.ts';
import type { Target } from '../assembly/template.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Lambda } from '../lambda/lambda.ts';
import { newEvent } from './event-bus.ts';

/** EventBridge's scheduled rules: invokes their functions at a fixed rate, on the room's clock. */
export class Scheduler {
  readonly #schedules: readonly Schedule[];
  readonly #lambda: Lambda;
  readonly #clock: Clock;
  readonly #target: Target;
  readonly #timers: Timer[] = [];

  constructor(schedules: readonly Schedule[], lambda: Lambda, clock: Clock, target: Target) {
    this.#schedules = schedules;
    this.#lambda = lambda;
    this.#clock = clock;
    this.#target = target;
  }

  start(): void {
    for (const schedule of this.#schedules) {
      const fire = () => {
        for (const { lambda, event } of this.#due(schedule)) {
          void this.#lambda.invokeLater(lambda, event, { source: 'schedule', detail: schedule.logicalId });
        }
      };
      this.#timers.push(this.#clock.setInterval(fire, schedule.periodMs));
    }
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }

  /**
   * Runs the functions of every schedule once, now.
   * @throws Error if a function fails.
   */
  async runNow(): Promise<void> {
    const runs = this.#schedules.flatMap((schedule) =>
      this.#due(schedule).map(async ({ lambda, event }) => {
        const trigger = { source: 'schedule', detail: schedule.logicalId } as const;
        const { error } = await this.#lambda.invoke(lambda, event, trigger, 'async');
        if (error !== undefined) throw new Error(`${lambda.logicalId}: ${error.errorType}: ${error.errorMessage}`);
      }),
    );
    await Promise.all(runs);
  }

  #due(schedule: Schedule): { lambda: LambdaFunction; event: string }[] {
    return schedule.targets.flatMap(({ functionArn, input }) => {
      const lambda = this.#lambda.find(functionArn);
      if (lambda === undefined) return [];
      // https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-scheduled-event.html
      const host = { clock: this.#clock, target: this.#target };
      const event = newEvent(host, 'aws.events', 'Scheduled Event', [schedule.arn], {});
      return [{ lambda, event: input ?? JSON.stringify(event) }];
    });
  }
}
