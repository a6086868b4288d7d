import type { World } from './world.ts';

const pause = 10_000;

/** DynamoDB deletes items some time after their expiry. It takes up to days, so most expired items stay for a while. */
export function deleteExpired(world: World): void {
  const { scheduler, database } = world;
  for (const table of database.model.tables.values()) {
    const { ttl } = table.shape;
    if (ttl === undefined) continue;
    for (const item of table.all()) {
      const isExpired = Number(item[ttl]) * 1000 < scheduler.now;
      if (isExpired && scheduler.random.chance(0.2)) {
        scheduler.note(`an item of ${table.name} is deleted after its expiry`);
        database.delete(table.name, table.keysOf(item));
      }
    }
  }
  scheduler.after(pause, () => deleteExpired(world));
}
