import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { deferred } from '../../client/room/deferred.ts';
import { connect, defaultTiming, type RoomConnection, scaled, type Timing } from '../../client/room/index.ts';
import type { Clock } from '../../local/clock.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

const minute = 60_000;

export interface MarathonOptions {
  /** Hours of the room's clock. */
  readonly hours: number;
  /** The speed of the clocks of room and clients, as a multiple of real time. */
  readonly speed: number;
  /** The interval between messages of either user, in milliseconds of the room's clock. */
  readonly every: number;
  /** Timing that differs from the default, in milliseconds of the room's clock. */
  readonly timing?: Partial<Timing>;
}

export interface MarathonReport {
  readonly said: number;
  /** The duration of the conversation, in seconds of the room's clock. */
  readonly seconds: number;
  /** The number of connections of both users. */
  readonly connections: number;
  /** The longest time from one message of a user to the next, in seconds of the room's clock, without the planned silence. */
  readonly pauses: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** The silence in the middle of the conversation: more than two of the gateway's idle limits. */
const silence = 21 * minute;

/** Two users chat for hours, are silent for a while, and chat again. The gateway's limits must not be visible to them. */
export async function marathon({ hours, speed, every, timing }: MarathonOptions): Promise<MarathonReport> {
  const room = await openRoom({ speed });
  let connections = 0;
  room.local.calls.subscribe((entry) => {
    if (entry.kind === 'invocation' && entry.trigger.eventType === 'CONNECT') connections += 1;
  });
  try {
    for (const user of ['facebook', 'Columbia']) {
      // Warm up: a cold start may take many minutes of the room's clock.
      await pRetry(async () => (await room.enter(user)).close(), { retries: 10 });
    }
    connections = 0;
    // The test is about the limits of connections, so no session may time out.
    await room.change('timeOut', 86_400);
    // The timeout for a heartbeat stays in real time, because the machine does not answer faster.
    const { pong, probeAfter } = defaultTiming;
    const hurry = { ...scaled({ ...defaultTiming, ...timing }, speed), pong, probeAfter };
    const problems: string[] = [];
    const sides = [await Side.enter(room, 'facebook', hurry), await Side.enter(room, 'Columbia', hurry)] as const;
    // The last notice of the beginning: the second user's login.
    await sides[0].firstNotice;
    for (const side of sides) side.listen((what) => problems.push(what));
    const { clock } = room.local;
    const start = clock.now();
    const half = start + (hours * 60 * minute) / 2;
    await converse(room, sides, { until: half, every });
    await sleep(silence / speed);
    for (const side of sides) side.pauseEnds();
    await converse(room, sides, { until: start + hours * 60 * minute, every });
    const seconds = Math.round((clock.now() - start) / 1000);
    const [one, other] = sides;
    problems.push(...(await other.heardAll(one)), ...(await one.heardAll(other)));
    const said = one.said.length + other.said.length;
    const due = (hours * 60 * minute - silence) / every;
    // A slow machine sends fewer. With too few the conversation proves little.
    if (said < due / 2) problems.push(`${said} of ${due} messages were said: this machine could not keep up`);
    await Promise.all(sides.map((side) => side.leave()));
    const pauses = Object.fromEntries(sides.map(({ user, longestPause }) => [user, Math.round(longestPause / 1000)]));
    return { said, seconds, connections, pauses, problems };
  } finally {
    await room.close();
  }
}

/** Both users send in turn until a time, each after the reply to the previous message. */
async function converse(
  { local: { clock } }: SceneRoom,
  [one, other]: readonly [Side, Side],
  { until, every }: { until: number; every: number },
): Promise<void> {
  const speak = async (side: Side, to: Side, first: number) => {
    // A slow machine sends fewer messages.
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
  /** Resolves when the room has told this user of another. */
  readonly firstNotice: Promise<void>;
  readonly user: string;
  /** The longest time between two messages, in ms of the room's clock. */
  longestPause = 0;
  #saidAt: number | undefined;
  readonly #clock: Clock;
  readonly #room: RoomConnection;
  readonly #ears: { readonly heard: string[]; notice(what: string): void };

  private constructor(
    user: string,
    clock: Clock,
    room: RoomConnection,
    ears: { heard: string[]; notice(what: string): void },
    firstNotice: Promise<void>,
  ) {
    this.firstNotice = firstNotice;
    this.user = user;
    this.#clock = clock;
    this.#room = room;
    this.#ears = ears;
  }

  static async enter({ url, local: { clock } }: SceneRoom, user: string, timing: Timing): Promise<Side> {
    const ears = { heard: [] as string[], notice: (_what: string) => {} };
    const first = deferred<void>();
    const room = await connect({
      url,
      timing,
      message: (message) => void (message.event === 'message' && ears.heard.push(message.text)),
      notice: (notice) => {
        first.resolve();
        ears.notice(`${user} was told of ${JSON.stringify(notice)}`);
      },
      connection: (state) => ears.notice(`${user} was told that the connection is ${state}`),
    });
    await room.login(user, password, { keepPassword: true });
    await room.caughtUp();
    void room.ended.then((ending) => ears.notice(`${user} was out: ${JSON.stringify(ending)}`));
    return new Side(user, clock, room, ears, first.promise);
  }

  /** From now on records every notice. */
  listen(notice: (what: string) => void): void {
    this.#ears.notice = notice;
  }

  /** Does not count the time since the last message. */
  pauseEnds(): void {
    this.#saidAt = undefined;
  }

  async say(to: Side): Promise<void> {
    const text = `${this.user} ${this.said.length + 1}`;
    const now = this.#clock.now();
    this.longestPause = Math.max(this.longestPause, now - (this.#saidAt ?? now));
    this.#saidAt = now;
    this.said.push(text);
    await this.#room.request('message', { to: to.user, text }).catch((error: Error) => {
      this.#ears.notice(`${text}: ${error.message}`);
    });
  }

  /** Compares the received messages with the sent ones: all of them, once, in order. */
  async heardAll({ said }: Side): Promise<string[]> {
    await Promise.race([this.#room.shown('inbox', said.length), sleep(60_000, undefined, { ref: false })]);
    const { heard } = this.#ears;
    const wrong = heard.findIndex((text, i) => text !== said[i]);
    if (wrong >= 0) return [`${this.user} heard "${heard[wrong]}" in place of "${said[wrong]}"`];
    return heard.length === said.length ? [] : [`${this.user} heard ${heard.length} of ${said.length}`];
  }

  async leave(): Promise<void> {
    this.listen(() => {});
    await this.#room.leave();
  }
}
