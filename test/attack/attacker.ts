import { setTimeout as sleep } from 'node:timers/promises';
import { NotConnected, RawClient } from '../harness/raw-client.ts';
import type { SceneRoom } from '../harness/room.ts';

/** What an attacker sends. Pauses are in ms. */
interface Attack {
  readonly frame: object;
  /** The pause after each frame. */
  readonly pause: number;
  /** The pause between two connections. Each address may open one in two seconds. */
  readonly rest: number;
}

/** Attacks a room from one address, which is another than the users'. */
export class Attacker {
  readonly #room: SceneRoom;
  readonly #ending = new AbortController();
  readonly #attacks: Promise<void>[] = [];
  frames = 0;
  connections = 0;
  replies = 0;
  /** Connects that the room has refused in a row, because the address has used up its own. */
  refused = 0;

  constructor(room: SceneRoom) {
    this.#room = room;
  }

  /** Starts this many attacks of a kind. */
  start(count: number, attack: Attack): void {
    this.#attacks.push(...Array.from({ length: count }, () => this.#attack(attack)));
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#attacks);
  }

  /** Sends frames over one connection after the other, each until the room closes it. */
  async #attack({ frame, pause, rest }: Attack): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const client = await RawClient.open(this.#room.url, {}, '127.0.0.2').catch((error: unknown) => {
        if (error instanceof NotConnected && error.status === 429) this.refused += 1;
        return undefined;
      });
      if (client) {
        this.connections += 1;
        this.refused = 0;
        while (!signal.aborted && client.socket.readyState === client.socket.OPEN) {
          this.frames += 1;
          client.send(frame);
          await sleep(pause);
        }
        this.replies += client.all(({ type }) => type === 'reply').length;
        await client.close();
      }
      await sleep(rest);
    }
  }
}
