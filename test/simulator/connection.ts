import type { EventEmitter } from 'node:events';
import type { ClientSocket } from './machine.ts';
import type { SimulatedProcess } from './process.ts';
import type { Planned } from './queue.ts';
import type { World } from './world.ts';

/** API Gateway's limits (ms): without a message, and in all. */
const idleLimit = 10 * 60_000;
const lifetime = 2 * 3600_000;

interface Handlers {
  message(body: string): void;
  /** Called once, when API Gateway knows that the connection has ended. */
  ended(code: number, reason: string): void;
}

/** One WebSocket, with the network between the client and API Gateway. Frames of one direction stay in order. */
export class Connection {
  readonly id: string;
  readonly address: string;
  readonly client: SimulatedProcess;
  readonly #world: World;
  readonly #events: EventEmitter;
  readonly #handlers: Handlers;
  #state: 'connecting' | 'open' | 'ended' = 'connecting';
  /** Whether the client's end is closed. */
  #isClosed = false;
  /** Whether the network is gone, and neither side knows. */
  #isHalfOpen = false;
  /** When the last frame of each direction arrives. */
  #upAt = 0;
  #downAt = 0;
  #idle: Planned | undefined;
  /** The parts of a message that the client has not finished. */
  readonly #partial: Buffer[] = [];

  constructor(world: World, id: string, client: SimulatedProcess, events: EventEmitter, handlers: Handlers) {
    this.#world = world;
    this.id = id;
    this.client = client;
    this.address = world.addressOf(client);
    this.#events = events;
    this.#handlers = handlers;
  }

  /** Whether the network is gone, and the client does not know. */
  get isDead(): boolean {
    return this.#isHalfOpen && !this.#isClosed;
  }

  /** `$connect` has accepted the connection. */
  open(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#touch();
    this.#world.scheduler.after(lifetime, () => this.close(1001, 'Going away'));
    if (this.#isClosed || this.client.isDead) return this.#end(1006, '');
    this.#down(() => this.#events.emit('open'));
    const { scheduler, weather } = this.#world;
    if (!scheduler.random.chance(weather.cuts.early)) return;
    scheduler.after(this.#world.latency(0, 200), () => this.cut(scheduler.random.chance(weather.cuts.silent)));
  }

  /** `$connect` has refused the connection. */
  refuse(statusCode: number): void {
    this.#state = 'ended';
    this.#down(() => this.#events.emit('unexpected-response', { destroy: () => {} }, { statusCode }));
  }

  /** Sends a frame to the client. */
  send(body: string): void {
    if (this.#state !== 'open') return;
    this.#touch();
    this.#down(() => {
      this.#world.history.frameArrived(this.client.name, body);
      this.#events.emit('message', body);
    });
  }

  /** API Gateway closes the connection. */
  close(code: number, reason: string): void {
    if (this.#state !== 'open') return;
    this.#down(() => this.#clientEnd(code));
    this.#end(code, reason);
  }

  /** The client's end. */
  readonly socket: ClientSocket = {
    ping: () => this.#up(() => this.#down(() => this.#events.emit('pong'))),
    send: (bytes, { fin }) => {
      this.#partial.push(bytes);
      if (!fin) return;
      const body = Buffer.concat(this.#partial.splice(0)).toString();
      this.#up(() => {
        this.#touch();
        this.#handlers.message(body);
      });
    },
    close: (code) => {
      this.#up(() => this.#end(code, ''), { evenIfClosed: true });
      this.client.after(this.#world.latency(20, 80), () => this.#clientEnd(code));
    },
    terminate: () => {
      this.#up(() => this.#end(1006, ''), { evenIfClosed: true });
      this.client.after(0, () => this.#clientEnd(1006));
    },
  };

  /** The network breaks. If neither side notices, only timeouts end the connection. */
  cut(isSilent: boolean): void {
    if (this.#state !== 'open' || this.#isHalfOpen) return;
    this.#world.scheduler.note(`the network of ${this.client.name} breaks${isSilent ? ' silently' : ''} (${this.id})`);
    this.#isHalfOpen = true;
    if (isSilent) return;
    const { random } = this.#world.scheduler;
    this.client.after(random.between(0, 500), () => this.#clientEnd(1006));
    this.#world.scheduler.after(random.between(0, 2_000), () => this.#end(1006, ''));
  }

  #up(arrive: () => void, { evenIfClosed = false } = {}): void {
    if (this.#isClosed && !evenIfClosed) return;
    const { scheduler } = this.#world;
    this.#upAt = Math.max(this.#upAt, scheduler.now + this.#world.latency(10, 40));
    scheduler.after(this.#upAt - scheduler.now, () => {
      if (this.#state === 'open' && !this.#isHalfOpen) arrive();
    });
  }

  #down(arrive: () => void): void {
    const { scheduler } = this.#world;
    this.#downAt = Math.max(this.#downAt, scheduler.now + this.#world.latency(10, 40));
    scheduler.after(this.#downAt - scheduler.now, () => {
      if (!this.#isHalfOpen && !this.#isClosed) this.client.deliver(arrive);
    });
  }

  #clientEnd(code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.emit('close', code);
  }

  #end(code: number, reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    if (this.#idle) this.#idle.cancelled = true;
    this.#handlers.ended(code, reason);
  }

  #touch(): void {
    if (this.#idle) this.#idle.cancelled = true;
    this.#idle = this.#world.scheduler.after(idleLimit, () => this.close(1001, 'Going away'));
  }
}
