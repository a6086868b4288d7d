import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../client/admin/errors.ts';
import type { RoomAdmin } from '../../client/admin/room-admin.ts';
import type { ChangeableName, Settings } from '../../protocol/admin/settings.ts';
import type { Action, Arguments, RefusalReply } from '../../protocol/index.ts';
import { type GrantedReply, RawClient } from '../harness/raw-client.ts';
import type { Need } from './check.ts';
import { Latencies } from './latencies.ts';
import type { Target } from './target.ts';

/** A user that the smoke test registered. */
export interface SmokeUser {
  readonly name: string;
  readonly password: string;
}

/** The room under test. It notes what the checks leave in it, and {@link cleanUp} removes that again. */
export class SmokeRoom {
  readonly target: Target;
  readonly latencies = new Latencies();
  /** How long (ms) a check waits for a frame. */
  readonly patience: number;
  /** Part of every name, so that runs do not disturb each other. */
  readonly #run = randomBytes(4).toString('hex');
  readonly #clients = new Set<RawClient>();
  readonly #users = new Map<string, SmokeUser>();
  readonly #replaced = new Map<ChangeableName, unknown>();
  #pair: Promise<readonly [SmokeUser, SmokeUser]> | undefined;
  #invitation: Promise<string | undefined> | undefined;
  #invitationId: string | undefined;
  #isStopped = false;
  #count = 0;

  constructor(target: Target, patience = 15_000) {
    this.target = target;
    this.patience = patience;
  }

  /** The room's administrator. Checks that use it name `admin` in `needs`. */
  get admin(): RoomAdmin {
    return this.right('admin');
  }

  /** One of the target's permissions. Throws if the caller does not have it. */
  right<N extends Need>(need: N): NonNullable<Target[N]> {
    const right = this.target[need];
    if (right === undefined) throw new Error(`the check does not say that it needs ${need}`);
    return right;
  }

  /** Opens a connection. It is closed at the end of the check. */
  async connect(): Promise<RawClient> {
    const client = await this.latencies.measure('connect', () => RawClient.open(this.target.url));
    client.patience = this.patience;
    this.#clients.add(client);
    return client;
  }

  /** Sends a request, measures its time, and returns the reply. Throws if it is refused. Waits out the flood limit. */
  async get<A extends Action>(client: RawClient, action: A, args: Arguments<A>): Promise<GrantedReply<A>> {
    for (;;) {
      const start = performance.now();
      const reply = await client.ask(action, args);
      if (reply.ok) {
        this.latencies.add(action, performance.now() - start);
        return reply;
      }
      await this.waitOutLimit(reply.error);
    }
  }

  /** Waits until the flood limit allows another request. Throws if a request was refused for any other reason. */
  async waitOutLimit({ code, retryAfter = 1 }: RefusalReply['error']): Promise<void> {
    if (code !== 'rate-limited') throw new Error(`a request was refused: ${code}`);
    await sleep(retryAfter * 1000);
  }

  /** A name and a password that no earlier run used. The account does not exist yet. */
  newUser(): SmokeUser {
    this.#count += 1;
    return { name: `smoke-${this.#run}-${this.#count}`, password: randomBytes(18).toString('base64url') };
  }

  /** Registers a user over a connection. {@link cleanUp} removes the account. */
  async register(client: RawClient, user = this.newUser()): Promise<SmokeUser> {
    this.#users.set(user.name, user);
    this.#invitation ??= this.#invite();
    const invite = await this.#invitation;
    await this.get(client, 'register', { user: user.name, password: user.password, ...(invite && { invite }) });
    return user;
  }

  /** The code of an invitation, if the room wants one. */
  async #invite(): Promise<string | undefined> {
    const { admin, invite } = this.target;
    if (admin === undefined || invite !== undefined) return invite;
    const { settings } = await admin.ask('settings', {});
    if (settings.registration === 'open') return undefined;
    if (settings.registration === 'closed') await this.change('registration', 'invite');
    const { code, id } = await admin.ask('invite', { uses: 20, days: 1 });
    this.#invitationId = id;
    return code;
  }

  /** Notes a new password, or that the account is gone. */
  note({ name }: SmokeUser, now: SmokeUser | undefined): void {
    if (now === undefined) this.#users.delete(name);
    else this.#users.set(name, now);
  }

  /** The two users of the checks that need no others. */
  pair(): Promise<readonly [SmokeUser, SmokeUser]> {
    this.#pair ??= (async () => {
      const client = await this.connect();
      return [await this.register(client), await this.register(client)];
    })();
    return this.#pair;
  }

  /** Logs a user in over a new connection. */
  async enter({ name: user, password }: SmokeUser): Promise<RawClient> {
    const client = await this.connect();
    await this.get(client, 'login', { user, password });
    return client;
  }

  /** Logs in the two users. */
  async enterBoth(): Promise<readonly [RawClient, RawClient, SmokeUser, SmokeUser]> {
    const [one, other] = await this.pair();
    return [await this.enter(one), await this.enter(other), one, other];
  }

  /** Changes a setting until {@link cleanUp}. */
  async change<N extends ChangeableName>(name: N, value: Settings[N]): Promise<void> {
    const { was } = await this.admin.ask('change', { name, value });
    if (!this.#replaced.has(name)) this.#replaced.set(name, was);
  }

  /** Gives settings that {@link change} changed their old values. */
  async restore(...names: readonly ChangeableName[]): Promise<void> {
    for (const name of names) {
      if (!this.#replaced.has(name)) continue;
      const value = this.#replaced.get(name);
      await this.admin.ask('change', { name, value });
      this.#replaced.delete(name);
    }
  }

  async stop(message: string): Promise<void> {
    this.#isStopped = true;
    for await (const _ of this.admin.askOn('stop', { message }));
  }

  async start(): Promise<void> {
    await this.admin.ask('start', {});
    this.#isStopped = false;
  }

  /** Closes the connections of the check that has ended. */
  async closeAll(): Promise<void> {
    const clients = [...this.#clients];
    this.#clients.clear();
    await Promise.all(
      clients.map(async (client) => {
        client.socket.resume();
        // A server that is broken may not answer the close frame.
        const ended = await Promise.race([client.close(), sleep(1_000, undefined, { ref: false })]);
        if (ended === undefined) await client.kill();
      }),
    );
  }

  /** Opens the room, restores its settings and removes the users. Returns what it could not do, as lines for a person. */
  async cleanUp(): Promise<string[]> {
    const problems: string[] = [];
    const attempt = async (what: string, action: () => Promise<unknown>) => {
      await action().catch((error: unknown) => problems.push(`${what}: ${messageOf(error)}`));
    };
    if (this.#isStopped) await attempt('The room is still stopped. Open it with "start"', () => this.start());
    const settings = [...this.#replaced].map(([name, value]) => `${name}=${String(value)}`).join(', ');
    await attempt(`These settings have not been restored: ${settings}`, () => this.restore(...this.#replaced.keys()));
    const id = this.#invitationId;
    if (id !== undefined)
      await attempt(`The invitation ${id} has not been revoked`, () => this.admin.ask('revoke', { invitation: id }));
    await this.closeAll();
    for (const user of this.#users.values()) {
      await attempt(`The user ${user.name} has not been removed`, () => this.#remove(user));
    }
    await this.closeAll();
    return problems;
  }

  async #remove(user: SmokeUser): Promise<void> {
    const { name, password } = user;
    if (this.target.admin !== undefined) {
      await this.target.admin.ask('remove', { user: name });
    } else {
      const client = await this.connect();
      await this.get(client, 'deregister', { user: name, password });
    }
    this.#users.delete(name);
  }
}
