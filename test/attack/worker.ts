import { inspect } from 'node:util';
import { ConnectionLostError, connect, GatewayError, type RoomConnection } from '../../client/room/index.ts';
import { password } from '../harness/room.ts';

/** A user of the office. Its log explains why it is not in the room. */
export class Worker {
  readonly user: string;
  readonly #log: string[] = [];
  readonly #startedAt = performance.now();
  readonly #ending = new AbortController();
  #client: RoomConnection | undefined;
  /** Whether its client says that it is in the room. */
  isIn = false;
  /** Whether its client has given up. */
  hasFailed = false;

  constructor(user: string) {
    this.user = user;
  }

  /** Connects and logs in. The client comes back after a loss and after a stop. */
  async enter(url: string): Promise<void> {
    try {
      this.#client = await connect({
        url,
        signal: this.#ending.signal,
        reconnectAfterStop: true,
        connection: (state) => this.#note(state, state === 'restored'),
        stopped: () => this.#note('stopped', false),
        busy: () => this.#note('busy', false),
      });
      void this.#client.ended.then((ending) => this.#fail(ending));
      await this.#logIn(this.#client);
      this.#note('logged in', true);
    } catch (error) {
      this.#fail(error);
    }
  }

  async leave(): Promise<void> {
    await this.#client?.leave();
  }

  /** Ends the client, whatever it does. */
  abandon(): void {
    this.#ending.abort();
    this.#client?.suspend();
  }

  toString(): string {
    return `${this.user}: ${this.#log.join(', ') || 'has not connected'}`;
  }

  /** Tries again where the client asks the user to: after a login that took too long, or a lost connection. */
  async #logIn(client: RoomConnection): Promise<void> {
    for (;;) {
      this.#note('logs in', false);
      try {
        await client.login(this.user, password, { keepPassword: true });
        return;
      } catch (error) {
        if (!(error instanceof GatewayError) && !(error instanceof ConnectionLostError)) throw error;
        this.#note(error.message, false);
      }
    }
  }

  #fail(why: unknown): void {
    this.hasFailed = true;
    this.#note(inspect(why), false);
  }

  #note(what: string, isIn: boolean): void {
    this.isIn = isIn;
    this.#log.push(`${((performance.now() - this.#startedAt) / 1000).toFixed(1)} s ${what}`);
  }
}
