import { setTimeout as sleep } from 'node:timers/promises';
import { defaultSettings } from '../../protocol/admin/index.ts';
import { guestLimit } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom } from '../harness/room.ts';
import { Attacker } from './attacker.ts';

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

const guests = 19;
/** The pause (ms) between two messages of the user. The throttle lets this many through. */
const pause = 350;
const frame = { action: 'message', to: 'facebook', text: 'spam' };
const rest = 2_000;

/**
 * Measures how long a message between two users takes, alone and while one address attacks at its limits: guests that
 * send as fast as their rate limit allows, and a connection that floods until the room closes it, time and again. The
 * rate limits and the throttles of `cdk.json` are on. A user's messages may take twice as long at most.
 */
export async function attack({ seconds }: { readonly seconds: number }): Promise<AttackReport> {
  const room = await openRoom({ floodLimit: true, throttling: true });
  const attacker = new Attacker(room);
  try {
    const [from, to] = [await room.enter('Columbia'), await room.enter('facebook')];
    await medianOf(from, to, 3);
    const alone = await medianOf(from, to, seconds);
    const { rate } = guestLimit({ rate: defaultSettings.floodRate, burst: defaultSettings.floodBurst });
    attacker.start(guests, { frame, pause: 1000 / rate, rest });
    attacker.start(1, { frame, pause: 2, rest });
    // All of them are connected before the measurement begins.
    while (attacker.connections <= guests) await sleep(50);
    const attacked = await medianOf(from, to, seconds);
    await attacker.end();
    const { frames, connections } = attacker;
    const ratio = attacked / alone;
    const problems = ratio > 2 ? [`a message takes ${ratio.toFixed(1)} times as long under attack`] : [];
    return { alone, attacked, ratio, frames, connections, problems };
  } finally {
    await room.close();
  }
}

/** Sends messages for some seconds. Returns the median of the times (ms) from the request to the recipient's post. */
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
