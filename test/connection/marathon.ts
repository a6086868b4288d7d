import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { connect, defaultTiming, type RoomConnection, scaled, type Timing } from '../../client/room/index.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

const minute = 60_000;

export interface MarathonOptions {
  /** Of the room's clock. */
  readonly hours: number;
  /** How many times as fast as the machine's the clocks of room and clients run. */
  readonly speed: number;
  /** Room milliseconds from one message to the next, whoever says it. */
  readonly every: number;
  /** What is to be otherwise than by default, in room milliseconds. */
  readonly timing?: Partial<Timing>;
}

export interface MarathonReport {
  readonly said: number;
  /** Room seconds from the first word to the last. */
  readonly seconds: number;
  /** Connections there were, of the two. */
  readonly connections: number;
  readonly problems: readonly string[];
}

/** Silence in mid-conversation: two of the gateway's idle limits, with something to spare. */
const silence = 21 * minute;

/** Two people talk for hours, are silent for a while, and talk on; whatever the gateway does meanwhile, nobody is to notice. */
export async function marathon({ hours, speed, every, timing }: MarathonOptions): Promise<MarathonReport> {
  const room = await openRoom({ speed });
  let connections = 0;
  room.local.calls.subscribe((entry) => {
    if (entry.kind === 'invocation' && entry.trigger.eventType === 'CONNECT') connections += 1;
  });
  try {
    for (const user of ['facebook', 'Columbia']) {
      // The first requests take as long as a function takes to start, which may be many of the room's minutes.
      await pRetry(async () => (await room.enter(user)).close(), { retries: 10 });
    }
    connections = 0;
    // The limits of connections are the matter, not the room's own on silence.
    await room.change('timeOut', 86_400);
    // A dead connection is told by what the machine takes to answer, which is no faster.
    const { pong, probeAfter } = defaultTiming;
    const hurry = { ...scaled({ ...defaultTiming, ...timing }, speed), pong, probeAfter };
    const problems: string[] = [];
    const sides = [await Side.enter(room, 'facebook', hurry), await Side.enter(room, 'Columbia', hurry)] as const;
    for (const side of sides) side.listen((what) => problems.push(what));
    const { clock } = room.local;
    const start = clock.now();
    const half = start + (hours * 60 * minute) / 2;
    await converse(room, sides, { until: half, every });
    await sleep(silence / speed);
    await converse(room, sides, { until: start + hours * 60 * minute, every });
    const seconds = Math.round((clock.now() - start) / 1000);
    const [one, other] = sides;
    problems.push(...(await other.heardAll(one)), ...(await one.heardAll(other)));
    const said = one.said.length + other.said.length;
    const due = (hours * 60 * minute - silence) / every;
    if (said < 0.95 * due) problems.push(`${said} of ${due} messages were said: this machine could not keep up`);
    await Promise.all(sides.map((side) => side.leave()));
    return { said, seconds, connections, problems };
  } finally {
    await room.close();
  }
}

/** Both speak in turn until a time, each when the reply to what was said before has come. */
async function converse(
  { local: { clock } }: SceneRoom,
  [one, other]: readonly [Side, Side],
  { until, every }: { until: number; every: number },
): Promise<void> {
  const speak = async (side: Side, to: Side, first: number) => {
    // Who cannot keep up says less.
    for (let due = first; due < until && clock.now() < until; due += 2 * every) {
      await sleep(Math.max(0, (due - clock.now()) / clock.speed));
      await side.say(to);
    }
  };
  const now = clock.now();
  await Promise.all([speak(one, other, now), speak(other, one, now + every)]);
  await sleep(Math.max(0, (until - clock.now()) / clock.speed));
}

class Side {
  readonly said: string[] = [];
  readonly #user: string;
  readonly #room: RoomConnection;
  readonly #ears: { readonly heard: string[]; notice(what: string): void };

  private constructor(user: string, room: RoomConnection, ears: { heard: string[]; notice(what: string): void }) {
    this.#user = user;
    this.#room = room;
    this.#ears = ears;
  }

  static async enter({ url }: SceneRoom, user: string, timing: Timing): Promise<Side> {
    const ears = { heard: [] as string[], notice: (_what: string) => {} };
    const room = await connect({
      url,
      timing,
      message: (message) => void (message.event === 'message' && ears.heard.push(message.text)),
      notice: (notice) => ears.notice(`${user} was told of ${JSON.stringify(notice)}`),
      connection: (state) => ears.notice(`${user} was told that the connection is ${state}`),
    });
    await room.login(user, password, { keepPassword: true });
    await room.caughtUp();
    void room.ended.then((ending) => ears.notice(`${user} was out: ${JSON.stringify(ending)}`));
    return new Side(user, room, ears);
  }

  /** From now on tells of every notice. */
  listen(notice: (what: string) => void): void {
    this.#ears.notice = notice;
  }

  async say(to: Side): Promise<void> {
    const text = `${this.#user} ${this.said.length + 1}`;
    this.said.push(text);
    await this.#room.request('message', { to: to.#user, text }).catch((error: Error) => {
      this.#ears.notice(`${text}: ${error.message}`);
    });
  }

  /** What is wrong with what was heard of somebody: it is to be all they said, once, in that order. */
  async heardAll({ said }: Side): Promise<string[]> {
    await Promise.race([this.#room.shown('inbox', said.length), sleep(10_000)]);
    const { heard } = this.#ears;
    const wrong = heard.findIndex((text, i) => text !== said[i]);
    if (wrong >= 0) return [`${this.#user} heard "${heard[wrong]}" in place of "${said[wrong]}"`];
    return heard.length === said.length ? [] : [`${this.#user} heard ${heard.length} of ${said.length}`];
  }

  async leave(): Promise<void> {
    this.listen(() => {});
    await this.#room.leave();
  }
}
