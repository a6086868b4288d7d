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
 * An administrator who kicks, suspends and bans users, resets passwords, changes MaxCon, runs the doctor, and stops and
 * starts the room.
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
      else await this.#act(scheduler.random.next());
    }
    await this.#ask({ command: 'start' });
  }

  /** Takes a backup before a time (epoch ms). */
  async backUpOnce(before: number): Promise<void> {
    const { scheduler } = this.#world;
    await scheduler.pause(scheduler.random.between(0, before - scheduler.now));
    await backUp(this.#world, this.#users);
  }

  async #act(act: number): Promise<void> {
    const { random } = this.#world.scheduler;
    const user = random.pick(this.#users) ?? '';
    if (act < 0.2) await this.#suspend(user, random.between(0, 10_000));
    else if (act < 0.35) await this.#resetPassword(user);
    else if (act < 0.45) await this.#ask({ command: 'doctor', repair: true });
    else if (act < 0.7) await this.#kick(user);
    else if (act < 0.85) await this.#ask({ command: 'change', name: 'maxCon', value: 1 + random.below(6) });
    else await this.#stop(random.between(0, 10_000));
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
    await this.#ask({ command: 'suspend', user });
    await this.#world.scheduler.pause(pause);
    await this.#ask({ command: 'unsuspend', user });
  }

  async #ban(): Promise<void> {
    const { scheduler, history, database } = this.#world;
    const [address, addresses] = scheduler.random.pick(bannable) ?? ['', []];
    const hours = scheduler.random.pick([undefined, 1]);
    if (scheduler.random.chance(0.7)) {
      // A ban begins while a login checks the password, or later.
      await history.logins.next((login) => addresses.includes(login.address), 10_000);
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
    const reply = await this.#ask({ command: 'reset-password', user });
    if ('password' in reply) this.#world.history.accounts.mayHave(user, String(reply.password));
  }

  async #kick(user: string): Promise<void> {
    const ask = async () => 'user' in (await this.#ask({ command: 'kick', user, reason: 'why not' }));
    await this.#world.history.kicks.watch(user, ask);
  }

  async #stop(pause: number): Promise<void> {
    await this.#ask({ command: 'stop', message: 'back soon' });
    await this.#world.scheduler.pause(pause);
    await this.#ask({ command: 'start' });
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
  async #ask(given: object, replied: (reply: object) => void = () => {}): Promise<object> {
    let event = given;
    const { scheduler } = this.#world;
    for (;;) {
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
