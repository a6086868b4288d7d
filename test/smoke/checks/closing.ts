import { setTimeout as sleep } from 'node:timers/promises';
import type { RawClient } from '../../harness/raw-client.ts';
import { type Check, sources } from '../check.ts';
import { endingOf } from '../frames.ts';

/** Closes one user's connection; returns the reason that the other user is told. */
const closedBy = (close: (client: RawClient) => Promise<unknown>): Check['observe'] => {
  return async (room) => {
    const [, other] = await room.pair();
    // A new one: the room does not announce a user who has logged in many times of late.
    const leaving = await room.register(await room.connect());
    const [leaver, observer] = [await room.enter(leaving), await room.enter(other)];
    observer.patience = Math.min(observer.patience, 10_000);
    await close(leaver);
    return (await observer.event('logout', { user: leaving.name })).reason;
  };
};

/** How connections end, and what the others hear of it. */
export const closing: readonly Check[] = [
  {
    name: 'a client closes its connection with 1000',
    expected: 'logout',
    source: sources.connectRoute,
    observe: closedBy((client) => client.close(1000)),
  },
  {
    name: 'a client closes its connection without a code',
    expected: 'logout',
    source: sources.connectRoute,
    observe: closedBy(async (client) => {
      client.socket.close();
      await client.closed;
    }),
  },
  {
    name: 'a client is killed',
    // $disconnect comes late or never, then the sweeper finds the session.
    expected: undefined,
    source: sources.connectRoute,
    needs: ['admin'],
    async observe(room) {
      const [user] = await room.pair();
      const client = await room.enter(user);
      await client.kill();
      const start = Date.now();
      for (;;) {
        const { users } = await room.admin.ask('online-users', {});
        const seconds = ((Date.now() - start) / 1000).toFixed(1);
        if (users.find((one) => one.user === user.name)?.state !== 'online') return `lost after ${seconds} s`;
        if (Date.now() - start > room.patience) return `still online after ${seconds} s`;
        await sleep(250);
      }
    },
  },
  {
    name: 'a user is kicked',
    expected: 'kicked is the last frame, closed with 1000',
    source: sources.connections,
    needs: ['admin'],
    async observe(room) {
      const [user] = await room.pair();
      const client = await room.enter(user);
      await room.admin.ask('kick', { user: user.name });
      const ending = await endingOf(client);
      return `${client.received.at(-1)?.event} is the last frame, ${ending}`;
    },
  },
  {
    name: 'a user whose client is silent logs in over another connection',
    expected: 'logged in',
    source: sources.protocol,
    async observe(room) {
      const [user] = await room.pair();
      const silent = await room.enter(user);
      // The machine still acknowledges TCP segments, so API Gateway takes the connection for open.
      silent.socket.pause();
      await room.enter(user);
      return 'logged in';
    },
  },
  {
    name: 'a login takes over a session elsewhere',
    expected: 'replaced is the last frame, closed with 1000',
    source: sources.protocol,
    async observe(room) {
      const [{ name, password }] = await room.pair();
      const old = await room.enter({ name, password });
      await room.get(await room.connect(), 'login', { user: name, password, takeOver: true });
      const ending = await endingOf(old);
      return `${old.received.at(-1)?.event} is the last frame, ${ending}`;
    },
  },
];
