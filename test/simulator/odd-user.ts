import { isOk, RawClient, type Reply } from './raw-client.ts';
import { isReliable } from './weather.ts';
import type { World } from './world.ts';

const user = 'zed';
const password = 'a password of zed';

/** How often programs take over from one another. */
const takeovers = 6;

/** A user whose programs send what the client library never does. The room refuses it, and keeps its promises to all others. */
export class OddUser {
  readonly #world: World;
  /** The other users. */
  readonly #others: readonly string[];
  #clients = 0;

  constructor(world: World, others: readonly string[]) {
    this.#world = world;
    this.#others = others;
  }

  async work(until: number): Promise<void> {
    const { scheduler } = this.#world;
    for (;;) {
      await scheduler.pause(scheduler.random.between(200, 3_000));
      if (scheduler.now >= until) return;
      const acts = [
        () => this.#resumeWithStaleToken(),
        () => this.#logInTwice(),
        () => this.#leaveDuringLogin(),
        () => this.#leaveDuringTakeover(),
        () => this.#resumeAfterLoss(),
        () => this.#repeatAtOnce(),
        () => this.#repeatManyAtOnce(),
        () => this.#writeDuringLogin(),
        () => this.#guessPassword(),
      ];
      await scheduler.random.pick(acts)?.();
    }
  }

  async register(): Promise<void> {
    const client = await this.#connect();
    const { invitations } = this.#world.history;
    const asked = invitations.asks(invitations.code());
    const { code: invite } = asked;
    const reply = await client?.request('register', { user, password, invite });
    if (isOk(reply)) invitations.registered(asked);
    client?.end();
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

  /**
   * Guesses at a user's password from another address, with old ones first, until it is blocked there. That keeps the user
   * out nowhere else.
   */
  async #guessPassword(): Promise<void> {
    const victim = this.#world.scheduler.random.pick(this.#others);
    const client = await this.#connect('thief');
    const old = this.#world.history.accounts.outdatedOf(victim ?? '').slice(-2);
    for (const guess of [...old, 'guess 1', 'guess 2', 'guess 3', 'guess 4'].slice(0, 4)) {
      const reply = await client?.request('login', { user: victim, password: guess, takeOver: true });
      if (isOk(reply)) this.#world.violated(`a wrong password logs in as ${victim}: ${guess}`);
    }
    client?.end();
  }

  /** Logs in twice over one connection. Then resumes the session over two connections, with a token that stays. */
  async #logInTwice(): Promise<void> {
    const client = await this.#connect();
    if (!client) return;
    const takeOver = this.#world.scheduler.random.chance(0.5);
    const replies = await Promise.all([this.#logIn(client, takeOver), this.#logIn(client, takeOver)]);
    const good = replies.filter(isOk);
    if (good.length > 1) this.#world.violated(`${user} is logged in twice over one connection`);
    const token = good[0]?.['token'];
    if (token !== undefined) {
      await this.#pause(0, 3_000);
      await Promise.all([this.#resume(token, token), this.#resume(token, token)]);
    }
    client.end();
  }

  /** The connection ends while the room is still checking the password. */
  async #leaveDuringLogin(): Promise<void> {
    const client = await this.#connect();
    if (!client) return;
    void this.#logIn(client, true);
    await this.#pause(0, 500);
    client.end();
  }

  /** Closes a connection while another program takes over its session. */
  async #leaveDuringTakeover(): Promise<void> {
    let current = await this.#connect();
    if (!current || !isOk(await this.#logIn(current, true))) return current?.end();
    for (let round = 0; round < takeovers; round += 1) {
      const next = await this.#connect();
      if (!next) break;
      const login = this.#logIn(next, true);
      await this.#pause(100, 250 + 60 * this.#world.weather.latency);
      current.end();
      current = next;
      if (!isOk(await login)) break;
      await this.#staysLoggedIn(next, 300);
    }
    current.end();
  }

  /** Continues a session after a loss of its connection. Its grace period no longer counts. */
  async #resumeAfterLoss(): Promise<void> {
    const first = await this.#connect();
    if (!first) return;
    const reply = await this.#logIn(first, true);
    first.vanish();
    if (!isOk(reply)) return;
    await this.#pause(100, 5_000);
    const second = await this.#connect();
    const token = reply?.['token'];
    if (second && isOk(await second.request('resume', { user, token }))) {
      const third = await this.#connect('thief');
      if (isOk(await third?.request('resume', { user, token })))
        this.#world.violated(`a token that had been replaced resumes the session of ${user}`);
      third?.end();
      await this.#staysLoggedIn(second, 12_000);
    }
    second?.end();
  }

  /** Moves the session while a broadcast is at work, and sends the broadcast again. It is one message. */
  async #repeatAtOnce(): Promise<void> {
    const [first, second] = [await this.#connect(), await this.#connect()];
    const token = first && (await this.#logIn(first, true))?.['token'];
    if (second && token !== undefined) {
      const { scheduler, history, weather } = this.#world;
      const sent = history.says(user, undefined);
      const { text } = sent;
      if (scheduler.random.chance(0.5)) this.#slowDown(first);
      void first?.request('broadcast', { text }, text);
      await this.#pause(0, 60 * weather.latency);
      await second.request('resume', { user, token });
      const reply = await second.request('broadcast', { text, again: true }, text);
      if (isOk(reply)) Object.assign(sent, { outcome: 'acknowledged', seq: reply?.['seq'], settledAt: scheduler.now });
    }
    first?.end();
    second?.end();
  }

  /** Repeats requests whose first sending never arrived, while others take numbers. */
  async #repeatManyAtOnce(): Promise<void> {
    const client = await this.#connect();
    if (client && isOk(await this.#logIn(client, true))) {
      const repeats = Array.from({ length: 4 }, () => this.#say(client, undefined, { again: true }));
      // A repeat waits for a second.
      await this.#pause(900, 1_000);
      const first = Array.from({ length: 6 }, () => this.#say(client, undefined));
      await Promise.all([...repeats, ...first]);
    }
    client?.end();
  }

  /** Writes to a user who is logging in. The room has read whether the user is online, and stores the message later. */
  async #writeDuringLogin(): Promise<void> {
    const client = await this.#connect();
    if (client && isOk(await this.#logIn(client, true))) {
      const { moments } = this.#world.history;
      for (let round = 0; round < 3; round += 1) {
        const login = await moments.next((one) => one.kind === 'login' && one.user !== user, 5_000);
        if (login?.user === undefined) break;
        await this.#pause(0, 200);
        this.#slowDown(client);
        await this.#say(client, login.user);
      }
    }
    client?.end();
  }

  async #say(client: RawClient, to: string | undefined, args: object = {}): Promise<void> {
    const { scheduler, history } = this.#world;
    const sent = history.says(user, to);
    const { text } = sent;
    const reply = await client.request(to === undefined ? 'broadcast' : 'message', { to, text, ...args }, text);
    if (isOk(reply)) Object.assign(sent, { outcome: 'acknowledged', seq: reply?.['seq'], settledAt: scheduler.now });
    else sent.outcome = 'unknown';
  }

  #slowDown(client: RawClient | undefined): void {
    const connectionId = client && this.#world.gateway.connectionOf(client.process);
    if (connectionId !== undefined) this.#world.lambda.slowDown(connectionId);
  }

  /** Without faults, a session lasts as long as its client is there. */
  async #staysLoggedIn(client: RawClient, milliseconds: number): Promise<void> {
    await this.#world.scheduler.pause(milliseconds);
    const { weather, history } = this.#world;
    const reply = await client.request('whoelse', {});
    const isLoggedOut = JSON.stringify(reply?.['error'] ?? {}).includes('not-logged-in');
    if (isLoggedOut && isReliable(weather) && !history.hasAdministrator)
      this.#world.violated(`${client.process.name} was logged out while it was online`);
  }

  #logIn(client: RawClient, takeOver: boolean): Promise<Reply | undefined> {
    return client.request('login', { user, password, takeOver });
  }

  async #resume(token: unknown, newToken: unknown): Promise<void> {
    const client = await this.#connect();
    await client?.request('resume', { user, token, newToken });
    client?.end();
  }

  #connect(name = user): Promise<RawClient | undefined> {
    this.#clients += 1;
    return RawClient.connect(this.#world, `${name}-odd${this.#clients}`);
  }

  #pause(least: number, most: number): Promise<void> {
    const { scheduler } = this.#world;
    return scheduler.pause(scheduler.random.between(least, most));
  }
}
