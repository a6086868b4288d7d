import { setTimeout as sleep } from 'node:timers/promises';
import { RawClient } from '../harness/raw-client.ts';
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
  /** Attacks whose last attempt to connect was refused. */
  #refused = 0;
  frames = 0;
  connections = 0;
  replies = 0;

  constructor(room: SceneRoom) {
    this.#room = room;
  }

  /** Starts this many attacks of a kind. */
  start(count: number, attack: Attack): void {
    this.#attacks.push(...Array.from({ length: count }, () => this.#attack(attack)));
  }

  /** Whether the room lets none of the attacks connect: the address has used up its connects. */
  get isLockedOut(): boolean {
    return this.#refused === this.#attacks.length;
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#attacks);
  }

  /** Sends frames over one connection after the other, each until the room closes it. */
  async #attack({ frame, pause, rest }: Attack): Promise<void> {
    const { signal } = this.#ending;
    let isRefused = false;
    while (!signal.aborted) {
      const client = await RawClient.open(this.#room.url, {}, '127.0.0.2').catch(() => undefined);
      if (isRefused !== (client === undefined)) {
        isRefused = !isRefused;
        this.#refused += isRefused ? 1 : -1;
      }
      if (client) {
        this.connections += 1;
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
