import { backUp } from './backups.ts';
import { bannable } from './bans.ts';
import type { Invitation } from './invitations.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

/** A write that was asked for is carried out within this time (ms), or never. */
const settles = 5_000;

/** Functions that were running when a ban began have ended after this time (ms). A login waits for another client for 3 s. */
const banSettles = ({ slow, latency }: Weather) => (slow > 0 ? 12_000 : 4_000 + 500 * latency);

/**
 * An administrator who kicks, suspends, bans and removes users, resets passwords, announces, changes settings, runs the doctor, and
 * stops and starts the room.
 */
export class Administrator {
  readonly #world: World;
  readonly #users: readonly string[];

  constructor(world: World, users: readonly string[]) {
    this.#world = world;
    this.#users = users;
  }

  /** Works until this time (epoch ms), and leaves an open room. Takes one backup if it is wanted. */
  async work(until: number, wantsBackup: boolean): Promise<void> {
    const { scheduler } = this.#world;
    let backsUpAt = wantsBackup ? scheduler.random.between(scheduler.now, until) : until;
    const banning = scheduler.random.pick([0.1, 0.1, 0.6]);
    const longest = scheduler.random.pick([2_000, 20_000]);
    for (;;) {
      await scheduler.pause(scheduler.random.between(longest / 10, longest));
      if (scheduler.now >= until) break;
      if (scheduler.now >= backsUpAt) {
        backsUpAt = until;
        await backUp(this.#world, this.#users);
      } else if (scheduler.random.chance(banning)) await this.#ban();
      else await this.#act();
    }
    await this.start();
  }

  /** Takes a backup before a time (epoch ms). */
  async backUpOnce(before: number): Promise<void> {
    const { scheduler } = this.#world;
    await scheduler.pause(scheduler.random.between(0, before - scheduler.now));
    await backUp(this.#world, this.#users);
  }

  async #act(): Promise<void> {
    const { random } = this.#world.scheduler;
    const user = random.pick(this.#users) ?? '';
    const dice = random.next();
    if (dice < 0.15) await this.#suspend(user, random.between(0, 10_000));
    else if (dice < 0.25) await this.#resetPassword(user);
    else if (dice < 0.35) await this.#ask({ command: 'doctor', repair: true });
    else if (dice < 0.55) await this.#kick(user);
    else if (dice < 0.65) await this.#ask({ command: 'change', name: 'maxCon', value: 1 + random.below(6) });
    else if (dice < 0.7) await this.#changeTimeOut(random.pick([20, 60, 1800]) ?? 60);
    else if (dice < 0.8) await this.#announce();
    else if (dice < 0.87) await this.#remove(user);
    else {
      if (random.chance(0.5)) await this.#waitForResume();
      await this.stop();
      await this.#world.scheduler.pause(random.between(0, 10_000));
      await this.start();
    }
  }

  async #changeTimeOut(seconds: number): Promise<void> {
    const { history } = this.#world;
    history.shortestTimeOut = Math.min(history.shortestTimeOut, seconds);
    await this.#ask({ command: 'change', name: 'timeOut', value: seconds });
  }

  /** Announces once: an announcement without a reply may have been made. */
  async #announce(): Promise<void> {
    const { scheduler, history } = this.#world;
    const sent = history.says('System', undefined);
    const reply = await this.#invoke({ command: 'announce', text: sent.text });
    scheduler.note(`the administrator announces "${sent.text}": ${JSON.stringify(reply)}`);
    if (reply && 'seq' in reply)
      Object.assign(sent, { outcome: 'acknowledged', seq: reply.seq, settledAt: scheduler.now });
    else sent.outcome = 'unknown';
  }

  /** Removes an account. Its user may register again. */
  async #remove(user: string): Promise<void> {
    const { scheduler, history } = this.#world;
    const { accounts } = history;
    accounts.removing(user, scheduler.now);
    history.endBlocksOf(user);
    let askedAt = scheduler.now;
    await this.#ask({ command: 'remove', user }, undefined, () => {
      askedAt = scheduler.now;
    });
    accounts.removed(user, askedAt, scheduler.now);
  }

  /** Until a session is being resumed, as a rule. */
  async #waitForResume(): Promise<void> {
    const { scheduler, history, weather } = this.#world;
    await history.moments.next(({ kind }) => kind === 'resume', 5_000);
    await scheduler.pause(scheduler.random.between(0, 250 * weather.latency));
  }

  async stop(): Promise<void> {
    await this.#ask({ command: 'stop', message: 'back soon' });
    const { history } = this.#world;
    history.isStopped = true;
    if (history.sessions().length > 0) this.#world.violated('the room is stopped, and somebody is online');
  }

  async start(): Promise<void> {
    this.#world.history.isStopped = false;
    await this.#ask({ command: 'start' });
  }

  /** Makes and revokes invitations until this time (epoch ms). */
  async invite(until: number): Promise<void> {
    const { scheduler, history } = this.#world;
    for (;;) {
      await scheduler.pause(scheduler.random.between(1_000, 15_000));
      if (scheduler.now >= until) return;
      if (scheduler.random.chance(0.7)) await this.makeInvitation(1 + scheduler.random.below(3));
      else await this.#revoke(scheduler.random.pick(history.invitations.all.slice(1)));
    }
  }

  async makeInvitation(uses: number): Promise<void> {
    const askedAt = this.#world.scheduler.now;
    const reply = await this.#ask({ command: 'invite', uses, days: 1 });
    if ('code' in reply) this.#world.history.invitations.made(String(reply.code), uses, 1, askedAt);
  }

  async #revoke(invitation: Invitation | undefined): Promise<void> {
    if (!invitation) return;
    invitation.revokeAskedAt = this.#world.scheduler.now;
    await this.#ask({ command: 'revoke', invitation: invitation.code });
    invitation.revokedAt = this.#world.scheduler.now;
  }

  async #suspend(user: string, pause: number): Promise<void> {
    const { scheduler, history } = this.#world;
    const askedAt = scheduler.now;
    history.changing.add(user);
    const reply = await this.#ask({ command: 'suspend', user });
    history.changing.delete(user);
    if ('user' in reply) {
      history.suspended.set(user, askedAt);
      const isOnline = history.sessions().some(({ name }) => name === user);
      if (isOnline && history.accounts.isSameSince(user, askedAt))
        this.#world.violated(`${user} is suspended, and online`);
    }
    await scheduler.pause(pause);
    history.suspended.delete(user);
    await this.#ask({ command: 'unsuspend', user });
  }

  async #ban(): Promise<void> {
    const { scheduler, history, database } = this.#world;
    const [address, addresses] = scheduler.random.pick(bannable) ?? ['', []];
    const hours = scheduler.random.pick([undefined, 1]);
    if (scheduler.random.chance(0.7)) {
      // A ban begins while a login checks the password, or later.
      await history.moments.next(({ kind, address: from }) => kind === 'login' && addresses.includes(from), 10_000);
      const within = scheduler.random.pick([100, 250 * this.#world.weather.latency]);
      await scheduler.pause(scheduler.random.between(0, within));
    }
    const ban = history.bans.asked(addresses, hours);
    const reply = await this.#ask({ command: 'ban', address, hours });
    history.bans.began(ban);
    if (hours !== undefined && 'address' in reply) {
      await scheduler.pause(settles);
      const until = history.bans.ends(ban, scheduler.random.between(1_000, 10_000));
      database.endBan(String(reply.address), until);
      await scheduler.pause(15_000);
      return;
    }
    await scheduler.pause(scheduler.random.between(settles, 20_000));
    if (scheduler.now > ban.since + banSettles(this.#world.weather)) history.bans.checkSessions(ban);
    history.bans.lifting(ban);
    await this.#ask({ command: 'unban', address });
    history.bans.lifted(ban);
    await scheduler.pause(settles);
  }

  /** The user learns the password in some other way. */
  async #resetPassword(user: string): Promise<void> {
    const { accounts, changing } = this.#world.history;
    changing.add(user);
    const reply = await this.#ask({ command: 'reset-password', user });
    changing.delete(user);
    if (!('password' in reply)) return;
    accounts.mayHave(user, String(reply.password));
    accounts.has(user, String(reply.password));
  }

  async #kick(user: string): Promise<void> {
    const ask = async () => 'user' in (await this.#ask({ command: 'kick', user, reason: 'why not' }));
    await this.#world.history.kicks.watch(user, ask);
  }

  /** Has the doctor examine the room, and returns what it has found. */
  async examine(): Promise<string[]> {
    const findings: { readonly text: string }[] = [];
    await this.#ask({ command: 'doctor' }, (reply) => {
      if ('findings' in reply) findings.push(...(reply.findings as typeof findings));
    });
    return findings.map(({ text }) => text);
  }

  /** Repeats a command until a function has carried it out, or all of its parts. */
  async #ask(
    given: object,
    replied: (reply: object) => void = () => {},
    asked: () => void = () => {},
  ): Promise<object> {
    let event = given;
    const { scheduler } = this.#world;
    for (;;) {
      asked();
      const reply = await this.#invoke(event);
      scheduler.note(`the administrator: ${JSON.stringify(event)}: ${JSON.stringify(reply)}`);
      if (reply === undefined) await scheduler.pause(1_000);
      else {
        replied(reply);
        if (!('next' in reply)) return reply;
        event = { ...given, from: reply.next };
      }
    }
  }

  #invoke(event: object): Promise<object | undefined> {
    return new Promise((resolve) => {
      this.#world.lambda.invoke('admin', event, (result) => {
        resolve('payload' in result ? { ...(result.payload as object) } : undefined);
      });
    });
  }
}
