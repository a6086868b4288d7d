import { isOk, RawClient } from './raw-client.ts';
import type { World } from './world.ts';

/** Clients that send what the client library never does. The room must refuse it, and stay as it is. */
export class OddClients {
  readonly #world: World;
  readonly #users: readonly string[];
  #clients = 0;

  constructor(world: World, users: readonly string[]) {
    this.#world = world;
    this.#users = users;
  }

  async work(until: number): Promise<void> {
    const { scheduler } = this.#world;
    for (;;) {
      await scheduler.pause(scheduler.random.between(500, 6_000));
      if (scheduler.now >= until) return;
      const user = scheduler.random.pick(this.#users) ?? '';
      await scheduler.random.pick([() => this.#resumeWithStaleToken(), () => this.#logInTwice(user)])();
    }
  }

  async #resumeWithStaleToken(): Promise<void> {
    const { scheduler, history } = this.#world;
    const stale = scheduler.random.pick(history.tokens.stale.slice(-10));
    const client = stale && (await this.#connect('thief'));
    if (!stale || !client) return;
    const reply = await client.request('resume', stale);
    if (isOk(reply)) this.#world.violated(`a token that had been replaced resumes the session of ${stale.user}`);
    client.end();
  }

  /** Logs in twice over one connection. Then resumes the session over two connections, with a token that stays. */
  async #logInTwice(user: string): Promise<void> {
    const client = await this.#connect(user);
    if (!client) return;
    const [password = ''] = this.#world.history.accounts.passwordsOf(user);
    const login = { user, password, takeOver: this.#world.scheduler.random.chance(0.5) };
    const replies = await Promise.all([client.request('login', login), client.request('login', login)]);
    const good = replies.filter(isOk);
    if (good.length > 1) this.#world.violated(`${user} is logged in twice over one connection`);
    const token = good[0]?.['token'];
    if (token !== undefined) {
      await this.#world.scheduler.pause(this.#world.scheduler.random.between(0, 3_000));
      const resume = { user, token, newToken: token };
      await Promise.all(
        [1, 2].map(async () => {
          const next = await this.#connect(user);
          await next?.request('resume', resume);
          next?.end();
        }),
      );
    }
    client.end();
  }

  #connect(name: string): Promise<RawClient | undefined> {
    this.#clients += 1;
    return RawClient.connect(this.#world, `${name}-odd${this.#clients}`);
  }
}
