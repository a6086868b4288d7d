import { setTimeout as sleep } from 'node:timers/promises';
import { type Action, actions, type Command, commands } from '../../../protocol/index.ts';
import type { RawClient, ReceivedFrame } from '../../harness/raw-client.ts';
import { type Check, sources } from '../check.ts';
import { counted, endingOf, framesUpTo, sendInParts } from '../frames.ts';
import type { SmokeRoom } from '../smoke-room.ts';

/** Connections that have not logged in at the same time. A room limits them per address. */
const atOnce = 8;

/** Routes that a function answers. */
const answered = actions.filter((action) => (commands[action] as Command).reply !== 'mock');

/** Sends a malformed request of every command. Each function refuses it, and so each route has one answer. */
async function oddRoutes(room: SmokeRoom): Promise<string[]> {
  const odd: string[] = [];
  for (let from = 0; from < answered.length; from += atOnce) {
    const some = answered.slice(from, from + atOnce);
    const counts = await Promise.all(some.map((action) => framesOf(room, action)));
    for (const [i, count] of counts.entries()) if (count !== 1) odd.push(`${some[i]}: ${counted(count, 'frame')}`);
    await room.closeAll();
  }
  return odd;
}

async function framesOf(room: SmokeRoom, action: Action): Promise<number> {
  const client = await room.connect();
  const frames = framesUpTo(client, 1);
  client.send({ action, id: action, malformed: true });
  return (await frames).length;
}

/** Sends a frame; returns the refusal's code, the number of frames, and whether the connection is still open. */
const refusalOf = (frame: string) => async (room: SmokeRoom) => {
  const client = await room.connect();
  const frames = framesUpTo(client, 1);
  client.send(frame);
  const received = await frames;
  const open = client.socket.readyState === client.socket.OPEN ? 'still open' : 'closed';
  return `${received[0]?.error?.code ?? 'no refusal'} in ${counted(received.length, 'frame')}, ${open}`;
};

const refusals: readonly Check[] = [
  ['a frame that is not JSON', 'no JSON', 'bad-request'],
  ['an unknown action', '{"action":"dance"}', 'unknown-action'],
  ['the action $connect', '{"action":"$connect"}', 'unknown-action'],
  ['the action $default', '{"action":"$default"}', 'unknown-action'],
].map(([name = '', frame = '', code]) => ({
  name,
  expected: `${code} in 1 frame, still open`,
  source: sources.routes,
  observe: refusalOf(frame),
}));

/** Sends commands, a number of them at once, until one is refused as `rate-limited`; at most a few times. */
async function firstRefusal(client: RawClient, user: string, atATime: number): Promise<ReceivedFrame | undefined> {
  // Functions that run at the same time may each let some commands through before they know of one another.
  for (let wave = 0; wave < 6; wave += 1) {
    const ids = Array.from({ length: atATime }, () => client.say('message', { to: user, text: 'x' }));
    const replies = await Promise.all(ids.map((id) => client.next((frame) => frame.id === id, `the reply to ${id}`)));
    const refused = replies.find((frame) => frame.error?.code === 'rate-limited');
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** A message of this many bytes that the room refuses, because there is no such command. */
const message = (bytes: number) => JSON.stringify({ action: 'dance', text: 'x'.repeat(bytes) });

const part = 25 * 1024;

/** Routing, and the limits of API Gateway on frames. */
export const routes: readonly Check[] = [
  {
    name: 'every route answers a malformed request',
    expected: 'each with 1 frame',
    source: sources.routeResponses,
    async observe(room) {
      const odd = await oddRoutes(room);
      return odd.length === 0 ? 'each with 1 frame' : odd.join(', ');
    },
  },
  ...refusals,
  {
    name: 'a binary frame',
    expected: 'closed with 1003',
    source: sources.closeCodes,
    async observe(room) {
      const client = await room.connect();
      client.send(Buffer.from([1, 2, 3]));
      return endingOf(client);
    },
  },
  {
    name: 'a frame of 33 KB',
    expected: 'closed with 1009',
    source: sources.quotas,
    async observe(room) {
      const client = await room.connect();
      client.send(message(33 * 1024));
      return endingOf(client);
    },
  },
  {
    name: 'a message of 100 KB in frames of 25 KB',
    expected: 'unknown-action',
    source: sources.quotas,
    async observe(room) {
      const client = await room.connect();
      sendInParts(client, message(100 * 1024), part);
      const received = await client.next((frame) => frame.type === 'reply', 'the refusal');
      return received.error?.code ?? 'no refusal';
    },
  },
  {
    name: 'a message of 150 KB in frames of 25 KB',
    expected: 'closed with 1009',
    source: sources.quotas,
    async observe(room) {
      const client = await room.connect();
      sendInParts(client, message(150 * 1024), part);
      return endingOf(client);
    },
  },
  {
    name: 'a plain HTTP request',
    expected: undefined,
    source: sources.connectRoute,
    async observe(room) {
      const answer = await fetch(room.target.url.replace(/^ws/, 'http'));
      await answer.body?.cancel();
      return `status ${answer.status}`;
    },
  },
  {
    name: 'more commands at once than the flood limit allows',
    expected: 'rate-limited, and answered again after the wait',
    source: sources.protocol,
    async observe(room) {
      const [user] = await room.pair();
      // The administrator can lower the limit. A client alone has to be faster than the default of 20 a second.
      const lowered = room.target.admin !== undefined;
      if (lowered) {
        await room.change('floodBurst', 10);
        await room.change('floodRate', 1);
      }
      const client = await room.enter(user);
      if (lowered) await room.restore('floodBurst', 'floodRate');
      const refusal = await firstRefusal(client, user.name, lowered ? 30 : 250);
      if (refusal === undefined) return 'never refused';
      const { error } = refusal;
      await sleep(Number(error?.['retryAfter'] ?? 1) * 1000);
      await room.get(client, 'whoelse', {});
      return 'rate-limited, and answered again after the wait';
    },
  },
];
