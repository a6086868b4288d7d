import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConnectError,
  ConnectionLostError,
  connect,
  GatewayError,
  type RoomConnection,
} from '../../client/room/index.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { Attacker } from './attacker.ts';

export interface OfficeReport {
  /** Seconds until everybody is logged in: at nine o'clock, and after a stop and a start. */
  readonly atNine: number;
  readonly afterStop: number;
  /** Logins of the attacker that reached API Gateway, and those that the room answered. */
  readonly sent: number;
  readonly answered: number;
  readonly problems: readonly string[];
}

/** The longest time (s) that everybody may need, without and with an attacker. */
const most = { alone: 60, attacked: 180 };

/**
 * Lets all people of an office, who share one address, log in at once, and again after a stop and a start. Limits and
 * throttles have their defaults. Meanwhile, connections of another address send logins faster than the room answers them.
 */
export async function office({
  people,
  attackers = 0,
}: {
  readonly people: number;
  readonly attackers?: number;
}): Promise<OfficeReport> {
  const room = await openRoom({ floodLimit: true, throttling: true });
  const attacker = new Attacker(room);
  try {
    const users = await registerAll(room, people);
    attacker.start(attackers, {
      frame: { action: 'login', user: 'nobody', password: 'a guess' },
      pause: 100,
      rest: 1_000,
    });
    while (attacker.frames < 25 * attackers) await sleep(50);
    let startedAt = performance.now();
    const clients = await Promise.all(users.map((user) => enter(room, user)));
    const atNine = (performance.now() - startedAt) / 1000;
    await room.admin({ command: 'stop', message: 'Back soon.' });
    while ((await room.database.counts()).present > 0) await sleep(50);
    await room.admin({ command: 'start' });
    startedAt = performance.now();
    while ((await room.database.counts()).present < people) await sleep(200);
    const afterStop = (performance.now() - startedAt) / 1000;
    await Promise.all([attacker.end(), ...clients.map((client) => client.leave())]);
    const limit = attackers > 0 ? most.attacked : most.alone;
    const late = Math.max(atNine, afterStop);
    const problems = late > limit ? [`the last of ${people} people was in the room after ${late.toFixed(0)} s`] : [];
    return { atNine, afterStop, sent: attacker.frames, answered: attacker.replies, problems };
  } finally {
    await attacker.end();
    await room.close();
  }
}

async function enter(room: SceneRoom, user: string): Promise<RoomConnection> {
  const client = await patiently(() => connect({ url: room.url, reconnectAfterStop: true }));
  await patiently(() => client.login(user, password, { keepPassword: true }));
  return client;
}

/** Tries again where the client asks the user to: after too many connects, a login that took too long, or a lost connection. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const isBusy = error instanceof ConnectError && error.failure === 'room-full';
      if (!isBusy && !(error instanceof GatewayError) && !(error instanceof ConnectionLostError)) throw error;
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
