import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { password, type SceneRoom } from '../harness/room.ts';
import type { Heard, Wire } from '../harness/wire.ts';
import type { Ledger } from './ledger.ts';
import { Reader } from './reader.ts';

/** The same throws for the same seed. */
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
  /** Requests that failed with an error of the room's own, or were not answered. */
  failed: number;
}

/** What everybody in a soak shares. */
export interface Company {
  readonly room: SceneRoom;
  readonly ledger: Ledger;
  readonly names: readonly string[];
  readonly seed: string;
  readonly tally: Tally;
  readonly goOn: () => boolean;
}

/** Somebody who comes, talks, and leaves in every way there is, at random. */
export class Person {
  readonly name: string;
  readonly reader: Reader;
  readonly #company: Company;
  readonly #throw: (sides: number) => number;
  #wire: Wire | undefined;
  #token: string | undefined;
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
        if (this.#wire) await this.#act(this.#wire);
        else await this.enter();
      } catch {
        // The room failed, on purpose, or the connection went: whoever this happens to hangs up and comes again.
        this.#company.tally.failed += 1;
        await this.#hangUp();
      }
    }
  }

  async #hangUp(): Promise<void> {
    const wire = this.#wire;
    this.#wire = undefined;
    await wire?.kill();
  }

  /** Comes in, by token if there is one, and catches up. */
  async enter(): Promise<void> {
    const wire = await this.#company.room.connect();
    this.#wire = wire;
    this.reader.follow(wire);
    try {
      await this.#beLetIn(wire);
    } catch (error) {
      await this.#hangUp();
      throw error;
    }
  }

  async #beLetIn(wire: Wire): Promise<void> {
    const { tally } = this.#company;
    const token = this.#token;
    this.#token = undefined;
    const resumed = token === undefined ? undefined : await this.#ask(wire, 'resume', { user: this.name, token });
    const session = resumed?.ok ? resumed : await this.#ask(wire, 'login', { user: this.name, password });
    if (session.ok !== true) throw new Error(`${this.name} was not let in: ${JSON.stringify(session.error)}`);
    if (session === resumed) tally.resumes += 1;
    else tally.logins += 1;
    await this.reader.sync(wire);
  }

  /** Goes for good. */
  async leave(): Promise<void> {
    await this.#wire?.close();
    this.#wire = undefined;
  }

  /** Catches up with everything, over whatever connection there is. */
  async finish(): Promise<void> {
    if (this.#wire?.socket.readyState !== this.#wire?.socket.OPEN || !this.#wire) await this.enter();
    if (this.#wire) await this.reader.sync(this.#wire);
  }

  async #act(wire: Wire): Promise<void> {
    const { names, tally } = this.#company;
    const act = this.#throw(100);
    if (act < 50) await this.#say(wire, names[this.#throw(names.length)] ?? this.name);
    else if (act < 62) await this.#say(wire, 'room');
    else if (act < 72) await this.#ask(wire, 'whoelse', {});
    else if (act < 80) await this.reader.sync(wire);
    else if (act < 84) this.reader.acknowledge(wire);
    // Who fails to log out is still logged in, and hangs up.
    else if (act < 88) {
      await wire.get('logout', {});
      this.#wire = undefined;
    } else if (act < 92) {
      await wire.close();
      this.#wire = undefined;
    } else {
      tally.kills += 1;
      this.#token = act < 96 ? this.#lastToken(wire) : undefined;
      await this.#hangUp();
    }
  }

  #lastToken(wire: Wire): string | undefined {
    const replies = wire.all((heard) => typeof heard['token'] === 'string');
    return replies.at(-1)?.['token'] as string | undefined;
  }

  async #say(wire: Wire, to: string): Promise<void> {
    const { ledger } = this.#company;
    this.#said += 1;
    const text = `${this.name} ${this.#said}`;
    ledger.sending(text, to);
    const reply =
      to === 'room' ? await this.#ask(wire, 'broadcast', { text }) : await this.#ask(wire, 'message', { to, text });
    if (reply.ok) ledger.settle(text, 'granted', Number(reply['seq']));
    else if (reply.error?.code !== 'internal') ledger.settle(text, 'refused');
    else this.#company.tally.failed += 1;
  }

  #ask(...[wire, ...said]: [Wire, ...Parameters<Wire['ask']>]): Promise<Heard> {
    this.#company.tally.requests += 1;
    return wire.ask(...said);
  }
}
