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
      if (act < 0.6) await this.#ask({ command: 'kick', user: scheduler.random.pick(this.#users), reason: 'why not' });
      else if (act < 0.8) await this.#ask({ command: 'change', name: 'maxCon', value: 1 + scheduler.random.below(6) });
      else await this.#stop(scheduler.random.between(0, 10_000));
    }
    await this.#ask({ command: 'start' });
  }

  async #stop(pause: number): Promise<void> {
    await this.#ask({ command: 'stop', message: 'back soon' });
    await this.#world.scheduler.pause(pause);
    await this.#ask({ command: 'start' });
  }

  /** Repeats a command until a function has carried it out. */
  async #ask(event: object): Promise<void> {
    const { scheduler } = this.#world;
    for (;;) {
      const reply = await this.#invoke(event);
      scheduler.note(`the administrator: ${JSON.stringify(event)}: ${JSON.stringify(reply)}`);
      if (reply !== undefined && !('next' in reply)) return;
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
