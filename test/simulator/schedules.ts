import type { World } from './world.ts';

/** Runs the functions of EventBridge's schedules, beginning now: the sweeper, and in a room with files the tidying run. */
export function startSchedules(world: World, hasFiles: boolean): void {
  world.lambda.schedule('sweeper', {});
  if (hasFiles) world.lambda.schedule('files', { source: 'aws.events', 'detail-type': 'Scheduled Event' });
  world.scheduler.after(60_000, () => startSchedules(world, hasFiles));
}
