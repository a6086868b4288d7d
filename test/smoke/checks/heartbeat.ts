import { once } from 'node:events';
import { type Check, sources } from '../check.ts';
import { counted, framesUpTo } from '../frames.ts';

const pings = 5;

/** How a room answers heartbeats. */
export const heartbeat: readonly Check[] = [
  {
    name: 'five pings over a new connection',
    expected: '5 pongs and nothing else',
    source: sources.mock,
    async observe(room) {
      const client = await room.connect();
      const frames = framesUpTo(client, pings);
      for (let i = 0; i < pings; i += 1) client.send({ action: 'ping' });
      const received = await frames;
      const pongs = received.filter(({ type }) => type === 'pong').length;
      const rest = received.length - pongs;
      return `${counted(pongs, 'pong')} and ${rest === 0 ? 'nothing else' : counted(rest, 'other frame')}`;
    },
  },
  {
    // Clients send fewer metered pings if API Gateway answers the protocol's own.
    name: "a ping frame of the WebSocket protocol is answered by the room's side",
    expected: undefined,
    source: sources.pings,
    async observe(room) {
      const client = await room.connect();
      const start = performance.now();
      const pong = once(client.socket, 'pong', { signal: AbortSignal.timeout(5_000) });
      client.socket.ping();
      return pong.then(
        () => `yes, after ${Math.round(performance.now() - start)} ms`,
        () => 'no, not within 5 s',
      );
    },
  },
];
