import type * as Client from './client-entry.ts';
import { judgeEnding } from './endings.ts';
import { textOf } from './files.ts';
import type { Habits } from './habits.ts';
import type { Visit } from './history.ts';
import { SimulatedProcess } from './process.ts';
import { type Room, type Run, Talk } from './talk.ts';
import type { World } from './world.ts';

const never = Number.POSITIVE_INFINITY;
const url = 'ws://room.invalid/';

/** Refusals that may come after the login has committed, and its new password is set. */
const afterCommit = new Set(['internal', 'banned', 'room-stopped']);

/** The client gives a logout no more time (ms) than this. */
const logoutTime = 5_000;

/**
 * How often a user tries to log in when nothing fails any more: for ten minutes and more, because somebody's half-open
 * connection may hold the last seat until API Gateway's idle limit and the sweep after it. On a day without any fault and without
 * a wrong password, a user who has an account tries twice.
 */
const mostAttempts = 60;

interface Entering {
  readonly takeOver: boolean;
  /** Whether this is the user's first program, which alone changes the account. */
  readonly isFirst: boolean;
}

/** A user who comes, talks and leaves at random, with the real client library. */
export class User {
  readonly name: string;
  readonly #world: World;
  /** All users, with this one. */
  readonly #users: readonly string[];
  readonly #habits: Habits;
  #programs = 0;

  constructor(world: World, name: string, users: readonly string[], habits: Habits) {
    this.#world = world;
    this.name = name;
    this.#users = users;
    this.#habits = habits;
  }

  /** Registers, over a connection of its own. True when the account exists. */
  async register(): Promise<boolean> {
    const { accounts, invitations } = this.#world.history;
    const password = accounts.newPassword();
    const asked = invitations.asks(invitations.code());
    const { code: invite, askedAt } = asked;
    return this.#alone(
      async (room) => {
        accounts.mayHave(this.name, password);
        await room.request('register', { user: this.name, password, ...(invite !== undefined && { invite }) });
        invitations.registered(asked);
        accounts.registered(this.name, askedAt, this.#world.scheduler.now);
        accounts.has(this.name, password);
      },
      (code) => {
        accounts.hasNot(this.name, password);
        invitations.refused(asked, code);
        return code === 'user-exists';
      },
    );
  }

  /** Comes and goes until this time (epoch ms). `isFirst`: with the program that may change the account. */
  async live(until: number, isFirst: boolean): Promise<void> {
    const { scheduler } = this.#world;
    while (scheduler.now < until) {
      await this.#pause(0, this.#habits.away);
      if (scheduler.now >= until) return;
      if (isFirst && this.#mayBeGone) await this.register();
      await this.#visit(until, isFirst);
      if (isFirst && scheduler.random.chance(this.#habits.deregister)) await this.#deregister();
    }
  }

  /** Logs in when nothing fails any more, and reads everything. Returns whether that worked. */
  async readAll(): Promise<boolean> {
    const { isPerfectDay, accounts } = this.#world.history;
    const most = isPerfectDay && !accounts.wereConfused && !this.#mayBeGone ? 2 : mostAttempts;
    for (let attempt = 0; attempt < most; attempt += 1) {
      if (this.#mayBeGone) await this.register();
      const run = this.#start();
      try {
        const { room, visit } = await this.#enter(run, { takeOver: true, isFirst: true });
        await room.caughtUp();
        await this.#pause(3_000, 3_000);
        await this.#leave(room, visit);
        return true;
      } catch (error) {
        this.#world.scheduler.note(`${run.process.name} cannot log in: ${error}`);
        const isBlocked = error instanceof run.client.RefusalError && error.code === 'login-blocked';
        const seconds = isBlocked ? Number(error.details.secondsLeft ?? 0) : 0;
        await this.#pause(10_000 + seconds * 1_000, 20_000 + seconds * 1_000);
      } finally {
        this.#end(run);
      }
    }
    return false;
  }

  get #mayBeGone(): boolean {
    return this.#world.history.accounts.mayBeGone(this.name);
  }

  async #visit(until: number, isFirst: boolean): Promise<void> {
    const { scheduler, weather } = this.#world;
    const { random } = scheduler;
    const run = this.#start();
    const { name } = run.process;
    try {
      const { room, visit } = await this.#enter(run, { takeOver: random.chance(this.#habits.takeOver), isFirst });
      const ended = room.ended.then((ending) => {
        visit.endedAt = Math.min(visit.endedAt, scheduler.now);
        scheduler.note(`${name} has ended: ${ending.reason}`);
        const cause = 'cause' in ending ? ending.cause : undefined;
        const isBanned = cause instanceof run.client.RefusalError && cause.code === 'banned';
        // The room refuses a banned client before it has ended its session.
        if (!isBanned) judgeEnding(this.#world, run.process, visit, ending.reason);
      });
      const talk = new Talk(this.#world, this.#users, room, run, visit);
      const leaveAt = Math.min(until, scheduler.now + random.between(1_000, this.#habits.stay));
      const isOnline = () => visit.endedAt === never;
      while (isOnline() && scheduler.now < leaveAt) {
        await Promise.race([this.#pause(10, random.pick([200, this.#habits.rest])), ended]);
        if (isOnline()) await Promise.race([talk.act(this.#habits, isFirst), ended]);
      }
      if (isOnline() && random.chance(0.3)) await this.#waitForMove(run, visit);
      if (isOnline() && !random.chance(weather.crash)) await this.#leave(room, visit);
      visit.endedAt = Math.min(visit.endedAt, scheduler.now);
    } catch (error) {
      scheduler.note(`${name} gives up: ${error}`);
    } finally {
      this.#end(run);
    }
  }

  /** Until the program hands over its connection or, after a loss, connects again. Leaving then is delicate. */
  async #waitForMove({ process }: Run, { handsOver }: Visit): Promise<void> {
    const { scheduler, weather, gateway, history } = this.#world;
    if (!handsOver) {
      if (weather.cuts.perMinute === 0) return;
      for (const one of gateway.connections) if (one.client === process) one.cut(false);
    }
    const stage = scheduler.random.pick(['connect', 'resume']);
    await history.moments.next(({ kind, client }) => kind === stage && client === process, 7_000);
    await this.#pause(0, 250 * weather.latency);
  }

  async #leave(room: Room, visit: Visit): Promise<void> {
    visit.endedAt = this.#world.scheduler.now;
    await room.leave();
    const { reason } = await room.ended;
    visit.hasLeft = reason === 'logout' && this.#world.scheduler.now < visit.endedAt + logoutTime;
  }

  async #enter(run: Run, entering: Entering): Promise<{ room: Room; visit: Visit }> {
    const { client, process } = run;
    const { scheduler, history } = this.#world;
    const [password = ''] = history.accounts.passwordsOf(this.name);
    const reconnectAfterStop = scheduler.random.chance(0.5);
    const handsOver = scheduler.random.chance(0.25);
    const visit: Visit = {
      ...{ user: this.name, program: process.name, password, shown: [], askedAt: scheduler.now },
      ...{ handsOver, activeAt: scheduler.now },
      ...{ loggedInAt: never, endedAt: never, hasLeft: false },
    };
    const room = await client.connect({
      url,
      reconnectAfterStop,
      timing: handsOver ? { handover: 4_000, handoverJitter: 2_000 } : {},
      message: (message) => {
        scheduler.note(`${process.name} shows ${message.stream} ${message.seq}`);
        const text = textOf(message);
        visit.shown.push({ stream: message.stream, seq: message.seq, text, at: scheduler.now });
      },
    });
    await this.#logIn(run, room, visit, entering);
    visit.loggedInAt = scheduler.now;
    history.visits.push(visit);
    return { room, visit };
  }

  async #logIn({ client }: Run, room: Room, visit: Visit, { takeOver, isFirst }: Entering): Promise<void> {
    const { accounts, isCalmDay } = this.#world.history;
    const options = { keepPassword: true, takeOver };
    try {
      await room.login(this.name, visit.password, options);
    } catch (error) {
      const code = error instanceof client.RefusalError ? error.code : undefined;
      if (code === 'wrong-password') accounts.doubt(this.name, visit.password);
      if (code === 'login-blocked' && isCalmDay && !accounts.wereConfused)
        this.#world.violated(`${this.name} is blocked, and knows the password`);
      if (code === 'no-such-user' && accounts.isSameSince(this.name, visit.askedAt))
        this.#world.violated(`the account of ${this.name} is gone`);
      if (code === 'no-such-user') accounts.isGone(this.name, this.#world.scheduler.now);
      // Two programs that choose one at the same time may leave the user without a password that both know.
      if (code !== 'password-change-required' || !isFirst) throw error;
      const newPassword = accounts.newPassword();
      accounts.mayHave(this.name, newPassword);
      await room.login(this.name, visit.password, { ...options, newPassword }).catch((refused: unknown) => {
        const isRefused = refused instanceof client.RefusalError && !afterCommit.has(refused.code);
        if (isRefused) accounts.hasNot(this.name, newPassword);
        throw refused;
      });
      visit.password = newPassword;
    }
    accounts.has(this.name, visit.password);
    accounts.loggedIn(this.name, visit.askedAt, this.#world.scheduler.now);
  }

  async #deregister(): Promise<void> {
    const { scheduler, history } = this.#world;
    const { accounts } = history;
    const [password = ''] = accounts.passwordsOf(this.name);
    const isFirst = !accounts.mayBeGone(this.name);
    await this.#alone(
      async (room) => {
        accounts.deregistering(this.name, scheduler.now);
        history.endBlocksOf(this.name);
        await room.request('deregister', { user: this.name, password });
        accounts.isGone(this.name, scheduler.now);
      },
      (code) => {
        if (code === 'wrong-password') accounts.doubt(this.name, password);
        if (code === 'no-such-user') accounts.doesNotExist(this.name, scheduler.now);
        else if (isFirst) accounts.stays(this.name);
        return false;
      },
    );
  }

  /** Does something over a connection of its own. `refused` says whether a refusal counts as success. */
  async #alone(work: (room: Room) => Promise<void>, refused: (code: string) => boolean): Promise<boolean> {
    const run = this.#start();
    try {
      const room = await run.client.connect({ url });
      await work(room);
      await room.leave();
      return true;
    } catch (error) {
      this.#world.scheduler.note(`${run.process.name} gets an error: ${error}`);
      const isRefused = error instanceof run.client.RefusalError && error.code !== 'internal';
      return isRefused && refused(error.code);
    } finally {
      this.#end(run);
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
