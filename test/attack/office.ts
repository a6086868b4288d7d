import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLostError, connect, GatewayError, type RoomConnection } from '../../client/room/index.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { Attacker } from './attacker.ts';
import { Upgrades } from './upgrades.ts';

export interface OfficeReport {
  /** Seconds until everybody is logged in: at nine o'clock, and after a stop and a start. */
  readonly atNine: number;
  readonly afterStop: number;
  /** Logins of the attacker that reached API Gateway, and those that the room answered. */
  readonly sent: number;
  readonly answered: number;
  /** Upgrades of the other attacker, by the HTTP status that answered them. */
  readonly upgraded: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** The longest time (s) that everybody may need: without an attacker, during logins, and during upgrades. */
const most = { alone: 60, attacked: 180, delayed: 600 };

/**
 * Lets all people of an office, who share one address, log in at once, and again after a stop and a start. Limits and
 * throttles have their defaults. Meanwhile, connections of another address send logins faster than the room answers them,
 * or another address opens more connections than the throttle of `$connect` lets through.
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
  try {
    const users = await registerAll(room, people);
    attacker.start(attackers, {
      frame: { action: 'login', user: 'nobody', password: 'a guess' },
      pause: 100,
      rest: 1_000,
    });
    while (attacker.frames < 25 * attackers) await sleep(50);
    if (upgrades > 0) await stranger.burst(550);
    stranger.start(upgrades);
    let startedAt = performance.now();
    const clients = await Promise.all(users.map((user) => enter(room, user)));
    const atNine = (performance.now() - startedAt) / 1000;
    await room.admin({ command: 'stop', message: 'Back soon.' });
    while ((await room.database.counts()).present > 0) await sleep(50);
    await room.admin({ command: 'start' });
    startedAt = performance.now();
    while ((await room.database.counts()).present < people) await sleep(200);
    const afterStop = (performance.now() - startedAt) / 1000;
    await Promise.all([attacker.end(), stranger.end(), ...clients.map((client) => client.leave())]);
    const limit = upgrades > 0 ? most.delayed : attackers > 0 ? most.attacked : most.alone;
    const late = Math.max(atNine, afterStop);
    const problems = late > limit ? [`the last of ${people} people was in the room after ${late.toFixed(0)} s`] : [];
    const upgraded = Object.fromEntries(stranger.answers);
    return { atNine, afterStop, sent: attacker.frames, answered: attacker.replies, upgraded, problems };
  } finally {
    await Promise.all([attacker.end(), stranger.end()]);
    await room.close();
  }
}

async function enter(room: SceneRoom, user: string): Promise<RoomConnection> {
  const client = await connect({ url: room.url, reconnectAfterStop: true });
  await patiently(() => client.login(user, password, { keepPassword: true }));
  return client;
}

/** Tries again where the client asks the user to: after a login that took too long, or a lost connection. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof GatewayError) && !(error instanceof ConnectionLostError)) throw error;
    }
  }
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
