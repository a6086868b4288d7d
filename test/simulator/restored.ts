import { isDeepStrictEqual } from 'node:util';
import { Administrator } from './administrator.ts';
import { type Backup, settingsOf } from './backups.ts';
import { judgeCalmDay } from './calm-checks.ts';
import { judge } from './checks.ts';
import { Console } from './console.ts';
import { deleteExpired } from './expiry.ts';
import type { Habits } from './habits.ts';
import type { Block, Sent } from './history.ts';
import { startSchedules } from './schedules.ts';
import { User } from './user.ts';
import { calm, type Weather } from './weather.ts';
import { World } from './world.ts';

/** How long (virtual ms) the users come and go in the restored room. */
const day = 10_000;

/** Calls that got no answer have arrived by then (ms). */
const settles = 10_000;

/** A message that is made old expires within this time (ms). */
const ageingTakes = 2_000;

const never = Number.POSITIVE_INFINITY;

/** Many batches of writes get no answer, and half of those are carried out later, when others may have followed. */
const silence: Weather = { ...calm, isCalm: false, database: { ...calm.database, silentBatches: 0.3 } };

interface Circumstances {
  /** The weather in which the backup is restored. */
  readonly weather: Weather;
  readonly habits: Habits;
}

/**
 * Restores a backup into an empty room, or over everything in a copy of the room after the day, and lets its users come back
 * there. All promises hold in that room: for what the backup has to contain, and for what happens then.
 */
export async function judgeBackup(before: World, backup: Backup, { weather, habits }: Circumstances): Promise<void> {
  const { scheduler: outer, programs } = before;
  const world = new World(outer.random.below(2 ** 31), programs, outer.trace !== undefined, outer.now);
  const { scheduler } = world;
  startSchedules(world, habits.hasFiles);
  deleteExpired(world);
  await restoreInto(world, { before, backup, weather });
  if (world.violations.length === 0) await spendDay(world, backup, habits);
  for (const violation of world.violations) before.violated(`in the restored room: ${violation}`);
  outer.steps += scheduler.steps;
  outer.note(`the restored room: ${scheduler.hash}`);
  outer.trace?.push(...(scheduler.trace ?? []));
}

async function restoreInto(
  world: World,
  { before, backup, weather }: { before: World; backup: Backup; weather: Weather },
): Promise<void> {
  const key = `backups/${backup.name}`;
  const bytes = before.bucket.bytes(key);
  if (!bytes) return world.violated(`there is no ${key}`);
  world.bucket.put(key, bytes);
  knowWhatWas(world, before, backup);
  world.weather = world.scheduler.random.chance(0.5) ? weather : silence;
  const administrator = new Administrator(world, []);
  const restore = async () => {
    const console = new Console(world);
    if (!world.scheduler.random.chance(0.5)) {
      // This refusal means that an attempt before has restored everything, and its reply was lost.
      await console.run(`restore ${backup.name}`, ['room-not-empty']);
      return;
    }
    copyRoom(before, world);
    await administrator.stop();
    await console.run(`restore ${backup.name} --replace`);
    await administrator.start();
  };
  await world.finish('the restore', restore(), 3_600_000);
  world.clearUp();
  await world.until(() => false, settles);
  if (world.database.model.table('room').get({ room: 'room' })?.['restoring'] !== undefined)
    world.violated('the room is still locked by its restore');
  if (!before.database.hadLateCalls && !isDeepStrictEqual(settingsOf(world), backup.settings))
    world.violated(`the settings are ${JSON.stringify(settingsOf(world))}, not ${JSON.stringify(backup.settings)}`);
  filesAreThere(world, backup);
}

function copyRoom(from: World, to: World): void {
  for (const [name, table] of from.database.model.tables)
    for (const item of table.all()) to.database.model.table(name).put(item, item, to.scheduler.now);
  for (const key of from.bucket.keys('')) to.bucket.put(key, from.bucket.bytes(key) ?? new Uint8Array());
}

/** The history of the restored room begins with what must be in the backup, and with what may be in it. */
function knowWhatWas(
  world: World,
  { history: earlier }: World,
  { askedAt, doneAt, accounts, passwords }: Backup,
): void {
  const { history } = world;
  history.accounts.restored(accounts, passwords, earlier.accounts);
  history.hasOneProgramEach = true;
  history.sentBefore = earlier.sent.length;
  for (const [text, at] of earlier.expiry) {
    if (at < askedAt) history.expiry.set(text, at);
    // The backup may have read the message before it was old, or after that.
    else if (at < doneAt + ageingTakes) history.expiry.set(text, never);
  }
  for (const sent of earlier.sent) {
    const isKept = sent.outcome === 'acknowledged' && (sent.settledAt ?? never) < askedAt;
    const doubtful: Sent = { ...sent, outcome: 'unknown', seq: undefined, settledAt: undefined };
    history.sent.push(isKept || sent.outcome === 'refused' ? { ...sent } : doubtful);
  }
  for (const block of earlier.blocks) if (block.askedAt < doneAt) history.blocks.push(restoredBlock(block));
  for (const { user, shown } of earlier.visits) {
    const texts = history.readBefore.get(user) ?? new Set();
    for (const { text, at } of shown) if (at < doneAt) texts.add(text);
    history.readBefore.set(user, texts);
  }
  for (const { expiredAt: _, ...file } of earlier.files)
    history.files.push({ ...file, uploadedAt: never, ended: undefined });

  function restoredBlock(block: Block): Block {
    if (block.endedAt < askedAt) return { ...block, unansweredEnds: 0 };
    const stands = block.since < askedAt && block.endAskedAt > doneAt;
    return {
      ...block,
      ...(!stands && { since: never }),
      endAskedAt: stands ? never : block.endAskedAt,
      endedAt: never,
      unansweredEnds: 0,
    };
  }
}

/** Files that waited are in a backup with files, as a whole. Without them, their records are left out. */
function filesAreThere(world: World, { files, withFiles, passwords }: Backup): void {
  const records = world.database.model.table('fileRecords').all();
  for (const { from, to, name, content } of files) {
    if (!passwords.has(to)) continue;
    const record = records.find((one) => one['name'] === name);
    const bytes = record && world.bucket.bytes(String(record['objectKey']))?.toString();
    if (withFiles && bytes !== content) world.violated(`the file ${name} from ${from} to ${to} is not restored`);
  }
  for (const { name, objectKey } of records)
    if (!world.bucket.bytes(String(objectKey))) world.violated(`the file ${name} is restored without its bytes`);
}

/** The users come back, and the administrator looks after the room. */
async function spendDay(world: World, { passwords, doneAt }: Backup, habits: Habits): Promise<void> {
  const { scheduler, history, lambda } = world;
  history.isCalmDay = true;
  history.isPerfectDay = true;
  const names = [...passwords.keys()];
  const quietly: Habits = { ...habits, deregister: 0, programs: 1 };
  const users = names.map((name) => new User(world, name, names, quietly));
  const endsAt = scheduler.now + day;
  const lives = Promise.all(users.map((user) => user.live(endsAt, true)));
  await world.finish('the day', lives, 30 * 60_000);
  await world.ends('a function', () => lambda.running === 0 && scheduler.now > endsAt, 5 * 60_000);
  if (world.violations.length > 0) return;
  judgeCalmDay(world, calm);
  if (world.violations.length === 0) await judge(world, users);
  for (const { program, shown } of history.visits) {
    for (const { text } of shown) {
      const sent = history.sent.find((one) => one.text === text);
      if (sent && sent.sentAt > doneAt && sent.sentAt < endsAt - day)
        world.violated(`${program} shows "${text}", which was sent after the backup`);
    }
  }
}
