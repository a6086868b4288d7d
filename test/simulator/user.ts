import type * as Client from './client-entry.ts';
import { actOf, type Habits } from './habits.ts';
import type { Sent, Visit } from './history.ts';
import { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

export const password = 'wastingtime';

type Room = Client.RoomConnection;

/** One run of the client's program. */
interface Run {
  readonly process: SimulatedProcess;
  readonly client: typeof Client;
}

const never = Number.POSITIVE_INFINITY;

/** The client gives a logout no more time (ms) than this. */
const logoutTime = 5_000;

/** A user who comes, talks and leaves at random, with the real client library. */
export class User {
  readonly name: string;
  readonly #world: World;
  /** All users, with this one. */
  readonly #users: readonly string[];
  readonly #habits: Habits;
  #programs = 0;
  #said = 0;

  constructor(world: World, name: string, users: readonly string[], habits: Habits) {
    this.#world = world;
    this.name = name;
    this.#users = users;
    this.#habits = habits;
  }

  /** Registers, over a connection of its own. True when the account exists. */
  async register(): Promise<boolean> {
    const run = this.#start();
    const { client } = run;
    try {
      const room = await client.connect({ url: 'ws://room.invalid/' });
      await room.request('register', { user: this.name, password });
      await room.leave();
      return true;
    } catch (error) {
      return error instanceof client.RefusalError && error.code === 'user-exists';
    } finally {
      this.#end(run);
    }
  }

  /** Comes and goes until this time (epoch ms). */
  async live(until: number): Promise<void> {
    const { scheduler } = this.#world;
    while (scheduler.now < until) {
      await this.#pause(0, this.#habits.away);
      if (scheduler.now < until) await this.#visit(until);
    }
  }

  /** Logs in when nothing fails any more, and reads everything. Returns whether that worked. */
  async readAll(): Promise<boolean> {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const run = this.#start();
      try {
        const { room, visit } = await this.#enter(run, true);
        await room.caughtUp();
        await this.#pause(3_000, 3_000);
        await this.#leave(room, visit);
        return true;
      } catch (error) {
        this.#world.scheduler.note(`${run.process.name} cannot log in: ${error}`);
        await this.#pause(10_000, 20_000);
      } finally {
        this.#end(run);
      }
    }
    return false;
  }

  async #visit(until: number): Promise<void> {
    const { random } = this.#world.scheduler;
    const run = this.#start();
    const { name } = run.process;
    try {
      const { room, visit } = await this.#enter(run, random.chance(this.#habits.takeOver));
      const ended = room.ended.then((ending) => {
        visit.endedAt = Math.min(visit.endedAt, this.#world.scheduler.now);
        this.#world.scheduler.note(`${name} has ended: ${ending.reason}`);
      });
      const leaveAt = Math.min(until, this.#world.scheduler.now + random.between(1_000, this.#habits.stay));
      const isOnline = () => visit.endedAt === never;
      while (isOnline() && this.#world.scheduler.now < leaveAt) {
        await Promise.race([this.#pause(10, random.pick([200, this.#habits.rest])), ended]);
        if (isOnline()) await Promise.race([this.#act(room, run, visit), ended]);
      }
      if (isOnline() && !random.chance(this.#world.weather.crash)) await this.#leave(room, visit);
      visit.endedAt = Math.min(visit.endedAt, this.#world.scheduler.now);
    } catch (error) {
      this.#world.scheduler.note(`${name} gives up: ${error}`);
    } finally {
      this.#end(run);
    }
  }

  async #leave(room: Room, visit: Visit): Promise<void> {
    visit.endedAt = this.#world.scheduler.now;
    await room.leave();
    const { reason } = await room.ended;
    visit.hasLeft = reason === 'logout' && this.#world.scheduler.now < visit.endedAt + logoutTime;
  }

  async #enter({ client, process }: Run, takeOver: boolean): Promise<{ room: Room; visit: Visit }> {
    const visit: Visit = {
      user: this.name,
      program: process.name,
      shown: [],
      loggedInAt: never,
      endedAt: never,
      hasLeft: false,
    };
    const room = await client.connect({
      url: 'ws://room.invalid/',
      reconnectAfterStop: this.#world.scheduler.random.chance(0.5),
      message: (message) => {
        this.#world.scheduler.note(`${process.name} shows ${message.stream} ${message.seq}`);
        const text = 'text' in message ? message.text : '';
        visit.shown.push({ stream: message.stream, seq: message.seq, text });
      },
    });
    await room.login(this.name, password, { keepPassword: true, takeOver });
    visit.loggedInAt = this.#world.scheduler.now;
    this.#world.history.visits.push(visit);
    return { room, visit };
  }

  async #act(room: Room, run: Run, visit: Visit): Promise<void> {
    const { random } = this.#world.scheduler;
    switch (actOf(random, this.#habits)) {
      case 'message':
        return this.#say(room, run, visit, random.pick(this.#users));
      case 'broadcast':
        return this.#say(room, run, visit, undefined);
      case 'whoelse':
        return this.#ask(run, visit, room.request('whoelse', {}));
      case 'block':
        return this.#ask(run, visit, this.#toggleBlock(room));
    }
  }

  /** Blocks a user, or ends a block of that user. */
  async #toggleBlock(room: Room): Promise<void> {
    const { scheduler, history } = this.#world;
    const whom = scheduler.random.pick(this.#users);
    if (whom === undefined || whom === this.name) return;
    const standing = history.blocks.find((one) => one.by === this.name && one.whom === whom && one.endedAt === never);
    if (standing) {
      standing.endAskedAt = Math.min(standing.endAskedAt, scheduler.now);
      await room.request('unblock', { user: whom });
      standing.endedAt = scheduler.now;
      return;
    }
    const times = { askedAt: scheduler.now, since: never, endAskedAt: never, endedAt: never };
    const block = { by: this.name, whom, ...times };
    history.blocks.push(block);
    await room.request('block', { user: whom });
    if (block.endAskedAt === never) block.since = scheduler.now;
  }

  async #say(room: Room, run: Run, visit: Visit, to: string | undefined): Promise<void> {
    this.#said += 1;
    const text = `${this.name} says ${this.#said}`;
    const { scheduler, history } = this.#world;
    const sent: Sent = {
      ...{ text, from: this.name, to, sentAt: scheduler.now },
      ...{ outcome: 'pending', seq: undefined, settledAt: undefined },
    };
    history.sent.push(sent);
    const request = to === undefined ? room.request('broadcast', { text }) : room.request('message', { to, text });
    // The user does not wait for every reply.
    const settled = this.#settle(sent, request, run, visit);
    if (scheduler.random.chance(0.5)) await settled;
  }

  async #settle(sent: Sent, request: Promise<{ seq: number }>, run: Run, visit: Visit): Promise<void> {
    const { scheduler } = this.#world;
    try {
      const { seq } = await request;
      Object.assign(sent, { outcome: 'acknowledged', seq, settledAt: scheduler.now });
      scheduler.note(`${run.process.name} knows that "${sent.text}" is sent as ${seq}`);
    } catch (error) {
      const isRefused = error instanceof run.client.RefusalError && error.code !== 'internal';
      sent.outcome = isRefused ? 'refused' : 'unknown';
      this.#failed(run, visit, error);
    }
  }

  async #ask(run: Run, visit: Visit, request: Promise<unknown>): Promise<void> {
    await request.catch((error: unknown) => this.#failed(run, visit, error));
  }

  #failed({ client, process }: Run, visit: Visit, error: unknown): void {
    this.#world.scheduler.note(`${process.name} gets an error: ${error}`);
    if (error instanceof client.RefusalError && error.code === 'not-logged-in') this.#world.history.dropped(visit);
    // A client cannot tell which of its requests API Gateway's error is about. Over a dead network no answer comes.
    const mayBeUnanswered = this.#world.weather.kill > 0 || this.#world.gateway.hasDeadNetwork(process);
    if (error instanceof client.RequestTimeoutError && !mayBeUnanswered) {
      this.#world.violated(`${process.name} has no answer: ${error.message}`);
    }
  }

  #start(): Run {
    this.#programs += 1;
    const process = new SimulatedProcess(this.#world, `${this.name}${this.#programs}`);
    const program = this.#world.programs.get('client-entry');
    if (!program) throw new Error('there is no client');
    return { process, client: program(process, {}) as typeof Client };
  }

  #end({ process }: Run): void {
    process.kill();
    for (const { client, socket } of this.#world.gateway.connections) if (client === process) socket.terminate();
  }

  #pause(least: number, most: number): Promise<void> {
    const { scheduler } = this.#world;
    return scheduler.pause(scheduler.random.between(least, most));
  }
}
