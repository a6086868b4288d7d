import { calm } from './weather.ts';
import type { World } from './world.ts';

const minute = 60_000;

/**
 * Runs the functions of EventBridge's schedules, from some moment of the next minute: the sweeper, and in a room with files the tidying
 * run. Until the weather has cleared up, they come more often in some rooms, because most days are shorter than a minute.
 */
export function startSchedules(world: World, hasFiles: boolean): void {
  const { scheduler } = world;
  const onDay = scheduler.random.pick([minute, minute, 4_000]);
  const run = () => {
    world.lambda.schedule('sweeper', {});
    if (hasFiles) world.lambda.schedule('files', { source: 'aws.events', 'detail-type': 'Scheduled Event' });
    scheduler.after(world.weather === calm ? minute : onDay, run);
  };
  scheduler.after(scheduler.random.between(0, minute), run);
}
