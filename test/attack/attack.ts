import { setTimeout as sleep } from 'node:timers/promises';
import { defaultSettings } from '../../protocol/admin/index.ts';
import { guestLimit } from '../../protocol/index.ts';
import { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

export interface AttackReport {
  /** Medians of the time that a message takes, in milliseconds. */
  readonly alone: number;
  readonly attacked: number;
  readonly ratio: number;
  /** Frames that the attacker sent, and connections that it opened. */
  readonly frames: number;
  readonly connections: number;
  readonly problems: readonly string[];
}

/** The attacker's address: another than the users'. */
const address = '127.0.0.2';
const guests = 19;
/** The pause (ms) between two messages of the user, as many as the throttle lets through. */
const pause = 350;

/**
 * Measures how long a message between two users takes, alone and while one address attacks at its limits: so many guests that send as fast as
 * their rate limit allows, and a connection that floods until the room closes it, time and again. The rate limits and the throttles of
 * `cdk.json` are on. A user's messages may take twice as long at most.
 */
export async function attack({ seconds }: { readonly seconds: number }): Promise<AttackReport> {
  const room = await openRoom({ floodLimit: true, throttling: true });
  const count = { frames: 0, connections: 0 };
  try {
    const [from, to] = [await room.enter('Columbia'), await room.enter('facebook')];
    await medianOf(from, to, 3);
    const alone = await medianOf(from, to, seconds);
    const end = new AbortController();
    const attackers = [
      ...Array.from({ length: guests }, () => guest(room, count, end.signal)),
      flooder(room, count, end.signal),
    ];
    // All of them are connected before the measurement begins.
    while (count.connections <= guests) await sleep(50);
    const attacked = await medianOf(from, to, seconds);
    end.abort();
    await Promise.all(attackers);
    const ratio = attacked / alone;
    const problems = ratio > 2 ? [`a message takes ${ratio.toFixed(1)} times as long under attack`] : [];
    return { alone, attacked, ratio, ...count, problems };
  } finally {
    await room.close();
  }
}

/** Sends messages for some seconds. Returns the median of their durations (ms), from the request to the recipient's post. */
async function medianOf(from: RawClient, to: RawClient, seconds: number): Promise<number> {
  const durations: number[] = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const before = performance.now();
    const text = `${before}`;
    await Promise.all([from.get('message', { to: 'facebook', text }), to.event('message', { text })]);
    durations.push(performance.now() - before);
    await sleep(pause);
  }
  return durations.toSorted((one, other) => one - other)[Math.floor(durations.length / 2)] ?? Number.NaN;
}

type Count = { frames: number; connections: number };

/** A guest that sends a member's command as fast as its rate limit allows, over one connection after the other. */
async function guest(room: SceneRoom, count: Count, signal: AbortSignal): Promise<void> {
  const { rate } = guestLimit({ rate: defaultSettings.floodRate, burst: defaultSettings.floodBurst });
  await attackOver(room, count, signal, async (client) => {
    while (!signal.aborted && client.socket.readyState === client.socket.OPEN) {
      send(client, count);
      await sleep(1000 / rate);
    }
  });
}

/** A connection that sends without a pause until the room closes it. */
async function flooder(room: SceneRoom, count: Count, signal: AbortSignal): Promise<void> {
  await attackOver(room, count, signal, async (client) => {
    while (!signal.aborted && client.socket.readyState === client.socket.OPEN) {
      send(client, count);
      await sleep(2);
    }
  });
}

function send(client: RawClient, count: Count): void {
  count.frames += 1;
  client.send({ action: 'message', to: 'facebook', text: 'spam' });
}

/** Attacks over one connection after the other. Each address may open one in two seconds. */
async function attackOver(
  room: SceneRoom,
  count: Count,
  signal: AbortSignal,
  act: (client: RawClient) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const client = await RawClient.open(room.url, {}, address).catch(() => undefined);
    if (client) {
      count.connections += 1;
      await act(client);
      await client.close();
    }
    await sleep(2_000);
  }
}
