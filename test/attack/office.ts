import { setTimeout as sleep } from 'node:timers/promises';
import { openRoom, type SceneRoom } from '../harness/room.ts';
import { Attacker } from './attacker.ts';
import { Upgrades } from './upgrades.ts';
import { Worker } from './worker.ts';

export interface OfficeReport {
  /** Seconds until everybody is logged in: at nine o'clock, and after a stop and a start. */
  readonly atNine: number;
  readonly afterStop: number;
  /** Logins of the attacker that reached API Gateway, and those that the room answered. */
  readonly sent: number;
  readonly answered: number;
  /** Upgrades of the other attacker, by the HTTP status that answered them. */
  readonly upgraded: Readonly<Record<string, number>>;
}

/** The longest time (s) that everybody may need: without an attacker, during logins, and during upgrades. */
export const most = { alone: 60, attacked: 180, delayed: 600 };

/**
 * Lets all people of an office, who share one address, log in at once, and again after a stop and a start. Limits and
 * throttles have their defaults. Meanwhile, connections of another address send logins faster than the room answers them,
 * or another address opens more connections than the throttle of `$connect` lets through.
 * @throws an error that says what became of everybody who is not in the room in time, or that the attack did not begin
 */
export async function office({
  people,
  attackers = 0,
  upgrades = 0,
}: {
  readonly people: number;
  readonly attackers?: number;
  /** A second. */
  readonly upgrades?: number;
}): Promise<OfficeReport> {
  const room = await openRoom({ floodLimit: true, throttling: true });
  const attacker = new Attacker(room);
  const stranger = new Upgrades(room.url, '127.0.0.3');
  const limit = upgrades > 0 ? most.delayed : attackers > 0 ? most.attacked : most.alone;
  const workers = (await registerAll(room, people)).map((user) => new Worker(user));
  try {
    attacker.start(attackers, {
      frame: { action: 'login', user: 'nobody', password: 'a guess' },
      pause: 100,
      rest: 1_000,
    });
    await atItsHeight(attacker, attackers);
    if (upgrades > 0) await stranger.burst(550);
    stranger.start(upgrades);
    const entering = Promise.all(workers.map((worker) => worker.enter(room.url)));
    const atNine = await allIn(room, workers, limit);
    await entering;
    await stop(room);
    await room.admin({ command: 'start' });
    const afterStop = await allIn(room, workers, limit);
    await Promise.all([attacker.end(), stranger.end(), ...workers.map((worker) => worker.leave())]);
    const upgraded = Object.fromEntries(stranger.answers);
    return { atNine, afterStop, sent: attacker.frames, answered: attacker.replies, upgraded };
  } finally {
    for (const worker of workers) worker.abandon();
    await Promise.all([attacker.end(), stranger.end()]);
    await room.close();
  }
}

/** Waits until the connections have sent 25 frames each, or the room has refused as many connects in a row. */
async function atItsHeight(attacker: Attacker, attackers: number): Promise<void> {
  const startedAt = performance.now();
  while (attacker.frames < 25 * attackers && attacker.refused < attackers) {
    if (performance.now() - startedAt > most.attacked * 1000) {
      const { frames, refused } = attacker;
      throw new Error(
        `no attack after ${most.attacked} s: ${frames} frames sent, ${refused} connects refused in a row`,
      );
    }
    await sleep(50);
  }
}

/**
 * Waits until everybody is in the room.
 * @returns how many seconds it took.
 * @throws an error if it takes longer than `limit`, or if a client gives up
 */
async function allIn(room: SceneRoom, workers: readonly Worker[], limit: number): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const present = new Set((await room.database.presence()).map(({ name }) => name));
    const missing = workers.filter(({ user, isIn }) => !isIn || !present.has(user));
    const seconds = (performance.now() - startedAt) / 1000;
    if (missing.length === 0) return seconds;
    if (seconds > limit || missing.some(({ hasFailed }) => hasFailed)) {
      throw new Error([`not in the room after ${seconds.toFixed(0)} s:`, ...missing].join('\n'));
    }
    await sleep(100);
  }
}

/** Stops the room as the console does: repeats the command until it is done. */
async function stop(room: SceneRoom): Promise<void> {
  let next: unknown;
  do ({ next } = await room.admin({ command: 'stop', message: 'Back soon.' }));
  while (next !== undefined);
}

/** Copies of one registered account: the throttle of `register` is for a few a minute. */
async function registerAll(room: SceneRoom, people: number): Promise<string[]> {
  await room.register('worker');
  const account = await room.database.user('worker');
  const users = Array.from({ length: people }, (_, i) => `worker${i}`);
  await room.database.putAll(
    'Users',
    users.map((name) => ({ ...account, name, displayName: name, accountId: `${account?.['accountId']}-${name}` })),
  );
  return users;
}
