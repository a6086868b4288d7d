import type { EventName } from '../../protocol/index.ts';
import { admin } from '../harness/console.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password } from '../harness/room.ts';

export interface StopReport {
  /** The numbers of notified clients, of closed connections, and of remaining sessions. */
  readonly told: number;
  readonly closed: number;
  readonly counted: number;
  readonly present: number;
  /** Time until the last client was notified, and until the console had saved backup and log. */
  readonly toldSeconds: number;
  readonly seconds: number;
  readonly invocations: number;
  /** Logout events that clients received. `stop` announces no logouts, so there should be none. */
  readonly notices: number;
  readonly problems: readonly string[];
}

/** Stops a room with many users. Each client closes its connection when it is notified, as real clients do. */
export async function playStop(clients: number): Promise<StopReport> {
  const room = await openRoom();
  try {
    await room.change('maxCon', clients);
    const names = Array.from({ length: clients }, (_, i) => `user${i}`);
    await room.register(...names);
    const connections: RawClient[] = [];
    for (let i = 0; i < clients; i += 10) {
      connections.push(
        ...(await Promise.all(
          names.slice(i, i + 10).map(async (user) => {
            const client = await room.connect();
            await client.get('login', { user, password });
            return client;
          }),
        )),
      );
    }
    let lastTold = 0;
    for (const client of connections) {
      client.socket.on('message', (data) => {
        if (!data.toString().includes('"event":"stop"')) return;
        lastTold = performance.now();
        client.socket.close(1000);
      });
    }
    const recording = room.local.calls.record();
    const start = performance.now();
    const { code, complaints } = await admin(room.url, ['stop']);
    const end = performance.now();
    recording.stop();
    if (code !== 0) throw new Error(`stop ended with ${code}: ${complaints.join('\n')}`);
    await Promise.all(connections.map((client) => client.closed));
    const received = (event: EventName) => connections.filter((client) => client.events(event).length > 0).length;
    const inSeconds = (time: number) => Math.round(time - start) / 1000;
    const figures = {
      told: received('stop'),
      closed: connections.length - room.local.connections.length,
      ...(await room.database.counts()),
      toldSeconds: inSeconds(lastTold),
      seconds: inSeconds(end),
      invocations: recording.invocations.filter((one) => one.function.startsWith('Admin')).length,
      notices: connections.reduce((sum, client) => sum + client.events('logout').length, 0),
    };
    const expected = { told: clients, closed: clients, counted: 0, present: 0, notices: 0 } as const;
    const problems = (Object.keys(expected) as (keyof typeof expected)[])
      .filter((name) => figures[name] !== expected[name])
      .map((name) => `${name}: ${figures[name]} instead of ${expected[name]}`);
    return { ...figures, problems };
  } finally {
    await room.close();
  }
}
