import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import { connect, defaultTiming, scaled } from '../../client/room/index.ts';
import { openRoom, password } from '../harness/room.ts';
import { Network } from './network.ts';

const speed = 20;
const seconds = 1000 / speed;

// Both wait most of the time.
test.concurrent.for(['answers', 'ignores'] as const)(
  'a gateway that %s ping frames',
  async (how, { expect, onTestFinished }) => {
    const room = await openRoom({ speed });
    const network = await Network.to(room.url);
    onTestFinished(async () => {
      network.close();
      await room.close();
    });
    room.local.faults.ignoresPingFrames = how === 'ignores';
    await room.register('facebook');
    let pings = 0;
    room.local.calls.subscribe((entry) => {
      if (entry.kind === 'frame' && entry.routeKey === 'ping') pings += 1;
    });
    const lost = deferred<void>();
    const states: string[] = [];
    const client = await connect({
      url: network.url,
      timing: scaled(defaultTiming, speed),
      connection: (state) => {
        states.push(state);
        lost.resolve();
      },
    });
    await client.login('facebook', password);
    // Longer than the gateway's idle limit.
    await sleep(700 * seconds);
    expect(states).toEqual([]);
    if (how === 'answers') expect(pings).toBe(1);
    else expect(pings).toBeGreaterThan(5);
    network.cut();
    // After how many seconds: client/room/heartbeat.test.ts.
    await lost.promise;
    network.mend('dead');
    await client.leave();
  },
);
