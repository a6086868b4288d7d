import { EventEmitter } from 'node:events';
import type { ClientSocket } from './machine.ts';
import { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

export type Reply = Readonly<Record<string, unknown>>;

/** A client waits no longer (ms) than this for anything. */
const patience = 40_000;

/** A client without the client library, which sends what it likes. */
export class RawClient {
  readonly process: SimulatedProcess;
  readonly #events = new EventEmitter();
  readonly #socket: ClientSocket;
  #sent = 0;

  private constructor(world: World, name: string) {
    this.process = new SimulatedProcess(world, name);
    this.#events.setMaxListeners(0);
    this.#socket = world.gateway.connect(this.process, 'ws://room.invalid/', this.#events);
  }

  /** Undefined if there is no connection. */
  static async connect(world: World, name: string): Promise<RawClient | undefined> {
    const client = new RawClient(world, name);
    const isOpen = await client.#first(['open'], ['unexpected-response', 'close']);
    return isOpen === undefined ? undefined : client;
  }

  /** The reply; undefined if none comes. */
  async request(action: string, args: object, id = `raw${this.#sent}`): Promise<Reply | undefined> {
    this.#sent += 1;
    this.#socket.send(Buffer.from(JSON.stringify({ action, id, ...args })), { fin: true });
    return this.#first(['message'], ['close'], (body) => {
      const frame = JSON.parse(String(body)) as Reply;
      return frame['id'] === id ? frame : undefined;
    });
  }

  end(): void {
    this.#socket.close(1000);
  }

  /** Is gone without closing its connection. */
  vanish(): void {
    this.#socket.terminate();
  }

  /** The first event of some kinds, or undefined after an event of other kinds or a timeout. */
  #first(wanted: string[], unwanted: string[], parse = (_: unknown): Reply | undefined => ({})) {
    return new Promise<Reply | undefined>((resolve) => {
      for (const event of wanted) {
        this.#events.on(event, (body) => {
          const parsed = parse(body);
          if (parsed) resolve(parsed);
        });
      }
      for (const event of unwanted) this.#events.on(event, () => resolve(undefined));
      this.process.after(patience, () => resolve(undefined));
    });
  }
}

export const isOk = (reply: Reply | undefined): boolean => reply?.['ok'] === true;
