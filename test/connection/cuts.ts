import { setTimeout as sleep } from 'node:timers/promises';
import { connect, defaultTiming, type RoomConnection, scaled } from '../../client/room/index.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { dice } from '../soak/person.ts';
import { type Aftermath, Network } from './network.ts';

export interface CutsOptions {
  readonly rounds: number;
  /** The durations of the cuts, in seconds of the room's clock. */
  readonly seconds: readonly number[];
  /** The speed of the clocks of room and clients, as a multiple of real time. */
  readonly speed: number;
  readonly seed: number;
}

export interface CutsReport {
  readonly said: number;
  readonly shown: number;
  readonly losses: number;
  readonly problems: readonly string[];
}

const users = ['facebook', 'Columbia'] as const;
const aftermaths: readonly Aftermath[] = ['goes-on', 'reset', 'dead'];
/** The number of messages per user and round. Every third one is a broadcast. */
const burst = 18;

/** A user on a separate network, with the messages that the client showed. */
interface Side {
  readonly user: string;
  readonly other: string;
  readonly network: Network;
  readonly room: RoomConnection;
  readonly shown: { inbox: string[]; room: string[] };
}

/** Two users chat in bursts. In the middle of each burst the network of one or both is cut. */
export async function cuts({ rounds, seconds, speed, seed }: CutsOptions): Promise<CutsReport> {
  const room = await openRoom({ speed, seed });
  const problems: string[] = [];
  const count = { said: 0, losses: 0 };
  const sides: Side[] = [];
  try {
    await room.register(...users);
    for (const [i, user] of users.entries()) sides.push(await join(room, user, users[1 - i] ?? '', speed, count));
    const random = dice(String(seed));
    for (let round = 0; round < rounds; round += 1) {
      const cut = sides.filter((_, i) => round % 3 === 2 || round % 3 === i);
      const lasts = ((seconds[Math.floor(round / 3) % seconds.length] ?? 1) * 1000) / speed;
      const aftermath = aftermaths[random(aftermaths.length)] ?? 'reset';
      const saying = sides.map((side) => say(side, round, count));
      await sleep(random(60));
      for (const { network } of cut) network.cut();
      await sleep(lasts);
      for (const { network } of cut) network.mend(aftermath);
      for (const outcome of (await Promise.all(saying)).flat()) {
        if (outcome !== undefined) problems.push(`round ${round}, ${lasts} ms, ${aftermath}: ${outcome}`);
      }
    }
    for (const side of sides) problems.push(...(await compare(room, side)));
    return {
      ...count,
      shown: sides.reduce((sum, { shown }) => sum + shown.inbox.length + shown.room.length, 0),
      problems,
    };
  } finally {
    await Promise.all(sides.map((side) => side.room.leave()));
    for (const { network } of sides) network.close();
    await room.close();
  }
}

async function join(
  room: SceneRoom,
  user: string,
  other: string,
  speed: number,
  count: { losses: number },
): Promise<Side> {
  const network = await Network.to(room.url);
  const shown: Side['shown'] = { inbox: [], room: [] };
  const connection = await connect({
    url: network.url,
    timing: scaled(defaultTiming, speed),
    message(message) {
      if (message.event === 'message' || message.event === 'broadcast') shown[message.stream].push(message.text);
    },
    connection: (state) => {
      if (state === 'lost') count.losses += 1;
    },
  });
  await connection.login(user, password, { keepPassword: true });
  await connection.caughtUp();
  return { user, other, network, room: connection, shown };
}

/** Sends a burst, three messages at a time. Returns the errors. */
async function say(
  { user, other, room }: Side,
  round: number,
  count: { said: number },
): Promise<(string | undefined)[]> {
  const lanes = [0, 1, 2].map(async (lane) => {
    const outcomes: (string | undefined)[] = [];
    for (let i = lane; i < burst; i += 3) {
      const text = `${user} ${round}.${i}`;
      count.said += 1;
      const saying: Promise<unknown> =
        lane === 2 ? room.request('broadcast', { text }) : room.request('message', { to: other, text });
      outcomes.push(
        await saying.then(
          () => undefined,
          (error: unknown) => `${text}: ${String(error)}`,
        ),
      );
      await sleep(5);
    }
    return outcomes;
  });
  return (await Promise.all(lanes)).flat();
}

/** Compares the shown messages with the streams, and checks that the streams contain each text once. */
async function compare(room: SceneRoom, { user, shown, room: connection }: Side): Promise<string[]> {
  const problems: string[] = [];
  for (const [stream, key] of [
    ['inbox', `inbox/${user.toLowerCase()}`],
    ['room', 'room'],
  ] as const) {
    const items = await room.database.stream(key);
    const texts = (await room.database.messages(key)).map((item) => String(item['text']));
    await Promise.race([connection.shown(stream, items.length), sleep(60_000, undefined, { ref: false })]);
    const doubled = texts.filter((text, i) => texts.indexOf(text) !== i);
    if (doubled.length > 0) problems.push(`${key}: there twice: ${doubled.join(', ')}`);
    if (items.some((item, i) => item['seq'] !== i + 1)) problems.push(`${key}: a number is missing`);
    if (JSON.stringify(shown[stream]) !== JSON.stringify(texts)) {
      problems.push(`${user} was shown ${shown[stream].length} of the ${texts.length} of ${key}, or in another order`);
    }
  }
  return problems;
}
