import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Action, Arguments } from '../../protocol/index.ts';
import type { AnyReply, RawClient } from '../harness/raw-client.ts';
import { password, type SceneRoom } from '../harness/room.ts';
import type { Ledger } from './ledger.ts';
import { Reader } from './reader.ts';

/** Random numbers. The same seed repeats the sequence. */
export function dice(seed: string): (sides: number) => number {
  let throws = 0;
  return (sides) => {
    throws += 1;
    return createHash('sha256').update(`${seed}/${throws}`).digest().readUInt32BE() % sides;
  };
}

export interface Tally {
  requests: number;
  logins: number;
  resumes: number;
  kills: number;
  /** The number of requests with an internal error or without an answer. */
  failed: number;
}

/** The data that all users of a soak share. */
export interface Company {
  readonly room: SceneRoom;
  readonly ledger: Ledger;
  readonly names: readonly string[];
  readonly seed: string;
  readonly tally: Tally;
  readonly goOn: () => boolean;
  /** How much faster the room's clock runs. */
  readonly speed: number;
}

/** A simulated user who logs in, chats and leaves at random, in every possible way. */
export class Person {
  readonly name: string;
  readonly reader: Reader;
  readonly #company: Company;
  readonly #throw: (sides: number) => number;
  #client: RawClient | undefined;
  /** The current session's token. */
  #token: string | undefined;
  /** Set after a lost connection that the user will resume. */
  #tokenToResume: string | undefined;
  #said = 0;

  constructor(name: string, company: Company) {
    this.name = name;
    this.reader = new Reader(name);
    this.#company = company;
    this.#throw = dice(`${company.seed}/${name}`);
  }

  async live(): Promise<void> {
    while (this.#company.goOn()) {
      await sleep(200 + this.#throw(1200));
      try {
        if (this.#client) await this.#act(this.#client);
        else await this.enter();
      } catch {
        // An injected fault, or a lost connection: close the connection and start again.
        this.#company.tally.failed += 1;
        await this.#hangUp();
      }
    }
  }

  async #hangUp(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.kill();
  }

  /** Resumes with the token, if there is one, or logs in; then syncs. */
  async enter(): Promise<void> {
    const client = await this.#company.room.connect();
    this.#client = client;
    this.reader.follow(client);
    try {
      await this.#beLetIn(client);
    } catch (error) {
      await this.#hangUp();
      throw error;
    }
  }

  async #beLetIn(client: RawClient): Promise<void> {
    const { tally } = this.#company;
    const token = this.#tokenToResume;
    this.#tokenToResume = undefined;
    const resumed = token === undefined ? undefined : await this.#ask(client, 'resume', { user: this.name, token });
    const session = resumed?.ok ? resumed : await this.#ask(client, 'login', { user: this.name, password });
    if (!session.ok) throw new Error(`${this.name} was not let in: ${JSON.stringify(session.error)}`);
    this.#token = session.token;
    if (session === resumed) tally.resumes += 1;
    else tally.logins += 1;
    await this.reader.sync(client);
  }

  /** Leaves at the end of the soak. */
  async leave(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
  }

  /** Syncs to the end of both streams, over the current connection or a new one. */
  async finish(): Promise<void> {
    if (this.#client?.socket.readyState !== this.#client?.socket.OPEN || !this.#client) await this.enter();
    if (this.#client) await this.reader.sync(this.#client);
  }

  async #act(client: RawClient): Promise<void> {
    const { names, tally } = this.#company;
    const act = this.#throw(100);
    if (act < 50) await this.#say(client, names[this.#throw(names.length)] ?? this.name);
    else if (act < 62) await this.#say(client, 'room');
    else if (act < 72) await this.#ask(client, 'whoelse', {});
    else if (act < 80) await this.reader.sync(client);
    else if (act < 84) this.reader.acknowledge(client);
    // If the logout failed, the session is still open, so close the connection.
    else if (act < 88) {
      await client.get('logout', {});
      this.#client = undefined;
    } else if (act < 92) {
      await client.close();
      this.#client = undefined;
    } else {
      tally.kills += 1;
      this.#tokenToResume = act < 96 ? this.#token : undefined;
      await this.#hangUp();
    }
  }

  async #say(client: RawClient, to: string): Promise<void> {
    const { ledger } = this.#company;
    this.#said += 1;
    const text = `${this.name} ${this.#said}`;
    ledger.sending(text, to);
    const reply =
      to === 'room' ? await this.#ask(client, 'broadcast', { text }) : await this.#ask(client, 'message', { to, text });
    if (reply.ok) ledger.settle(text, 'granted', reply.seq);
    else if (reply.error?.code !== 'internal') ledger.settle(text, 'refused');
    else this.#company.tally.failed += 1;
  }

  #ask<A extends Action>(client: RawClient, action: A, args: Arguments<A>): Promise<AnyReply<A>> {
    this.#company.tally.requests += 1;
    return client.ask(action, args);
  }
}
