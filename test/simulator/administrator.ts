import type { World } from './world.ts';

/** An administrator who kicks users, changes MaxCon, and stops and starts the room. */
export class Administrator {
  readonly #world: World;
  readonly #users: readonly string[];

  constructor(world: World, users: readonly string[]) {
    this.#world = world;
    this.#users = users;
  }

  /** Works until this time (epoch ms), and leaves an open room. */
  async work(until: number): Promise<void> {
    const { scheduler } = this.#world;
    for (;;) {
      await scheduler.pause(scheduler.random.between(2_000, 20_000));
      if (scheduler.now >= until) break;
      const act = scheduler.random.next();
      const user = scheduler.random.pick(this.#users) ?? '';
      if (act < 0.2) await this.#suspend(user, scheduler.random.between(0, 10_000));
      else if (act < 0.35) await this.#resetPassword(user);
      else if (act < 0.7) await this.#ask({ command: 'kick', user, reason: 'why not' });
      else if (act < 0.85) await this.#ask({ command: 'change', name: 'maxCon', value: 1 + scheduler.random.below(6) });
      else await this.#stop(scheduler.random.between(0, 10_000));
    }
    await this.#ask({ command: 'start' });
  }

  async #suspend(user: string, pause: number): Promise<void> {
    await this.#ask({ command: 'suspend', user });
    await this.#world.scheduler.pause(pause);
    await this.#ask({ command: 'unsuspend', user });
  }

  /** The user learns the password in some other way. */
  async #resetPassword(user: string): Promise<void> {
    const reply = await this.#ask({ command: 'reset-password', user });
    if ('password' in reply) this.#world.history.accounts.mayHave(user, String(reply.password));
  }

  async #stop(pause: number): Promise<void> {
    await this.#ask({ command: 'stop', message: 'back soon' });
    await this.#world.scheduler.pause(pause);
    await this.#ask({ command: 'start' });
  }

  /** Repeats a command until a function has carried it out. */
  async #ask(event: object): Promise<object> {
    const { scheduler } = this.#world;
    for (;;) {
      const reply = await this.#invoke(event);
      scheduler.note(`the administrator: ${JSON.stringify(event)}: ${JSON.stringify(reply)}`);
      if (reply !== undefined && !('next' in reply)) return reply;
      await scheduler.pause(1_000);
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
