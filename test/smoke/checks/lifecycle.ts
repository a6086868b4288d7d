import { NotConnected } from '../../harness/raw-client.ts';
import { type Check, sources } from '../check.ts';
import { endingOf } from '../frames.ts';
import type { SmokeRoom } from '../smoke-room.ts';

/** The status with which the room answers an upgrade request. */
async function upgradeStatus(room: SmokeRoom): Promise<string> {
  try {
    await room.connect();
    return '101';
  } catch (error) {
    if (error instanceof NotConnected) return String(error.status);
    throw error;
  }
}

/** The states in which a room declines connections. These checks close the room for some seconds. */
export const lifecycle: readonly Check[] = [
  {
    name: 'a new client of a full room',
    expected: '429, and 101 when there is space again',
    source: sources.connectRoute,
    needs: ['admin'],
    async observe(room) {
      await room.enter((await room.pair())[0]);
      const { online } = await room.admin.ask('stats', {});
      await room.change('maxCon', Math.max(1, online));
      const full = await upgradeStatus(room);
      await room.restore('maxCon');
      return `${full}, and ${await upgradeStatus(room)} when there is space again`;
    },
  },
  {
    name: 'a stop of the room',
    expected: 'stop is the last frame, closed with 1000; then 503, and 101 after the start',
    source: sources.connectRoute,
    needs: ['admin'],
    async observe(room) {
      const client = await room.enter((await room.pair())[0]);
      await room.stop('A smoke test has stopped the room. It opens again at once.');
      const ending = `${client.received.at(-1)?.event} is the last frame, ${await endingOf(client)}`;
      const stopped = await upgradeStatus(room);
      await room.start();
      return `${ending}; then ${stopped}, and ${await upgradeStatus(room)} after the start`;
    },
  },
];
