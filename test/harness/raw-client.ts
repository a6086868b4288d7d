import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Action, Arguments } from '../../protocol/index.ts';

/** A frame from the room, as it came. */
export type Heard = Record<string, unknown> & {
  type?: string;
  event?: string;
  action?: string | null;
  id?: string;
  ok?: boolean;
  error?: { code: string; message: string } & Record<string, unknown>;
};

/** How a socket ended. */
export interface Ending {
  code: number;
  reason: string;
}

/** An upgrade that was answered with something else than 101. */
export class NotConnected extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the room answered the upgrade with ${status}`);
    this.status = status;
  }
}

const patience = 15_000;

/**
 * A raw WebSocket client for scenes: it says frames and waits for frames, and knows nothing of the protocol's rules.
 * Whatever is waited for and does not come fails the scene with what came instead.
 */
export class RawClient {
  readonly socket: WebSocket;
  readonly closed: Promise<Ending>;
  /** All that was heard, in the order in which it came. */
  readonly heard: Heard[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #taken = new Set<Heard>();
  #ending: Ending | undefined;
  #ids = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.heard.push(JSON.parse(data.toString('utf8')) as Heard);
      for (const look of this.#waiting) look();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#ending = { code, reason: reason.toString() };
        for (const look of this.#waiting) look();
        resolve(this.#ending);
      });
    });
    socket.on('error', () => undefined);
  }

  /** Opens a connection, from an address of this machine's; a refused upgrade throws {@link NotConnected}. */
  static async open(url: string, headers: Record<string, string> = {}, localAddress?: string): Promise<RawClient> {
    const socket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      ...(localAddress !== undefined && { localAddress }),
    });
    const client = new RawClient(socket);
    const refused = new Promise<never>((_, reject) => {
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        reject(new NotConnected(response.statusCode ?? 0));
      });
      socket.once('error', reject);
    });
    await Promise.race([once(socket, 'open'), refused]);
    return client;
  }

  /** Sends a frame as it is: an object as JSON, a text or bytes as they are. */
  send(frame: string | Buffer | object): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Says a command without waiting for its reply; gives the id it was said with. */
  say<A extends Action>(action: A, args: Arguments<A>): string {
    this.#ids += 1;
    const id = `${action}-${this.#ids}`;
    this.send({ action, id, ...args });
    return id;
  }

  /** Says a command, and waits for its reply or refusal. */
  ask<A extends Action>(action: A, args: Arguments<A>): Promise<Heard> {
    const id = this.say(action, args);
    return this.next((heard) => heard.type === 'reply' && heard.id === id, `the reply to ${action}`);
  }

  /** Says a command that is granted: its result. A refusal fails the scene. */
  async get<A extends Action>(action: A, args: Arguments<A>): Promise<Heard> {
    const reply = await this.ask(action, args);
    if (reply.ok !== true) throw new Error(`${action} was refused: ${JSON.stringify(reply.error)}`);
    return reply;
  }

  /** Says a command that is refused: the error. A granted one fails the scene. */
  async refused<A extends Action>(action: A, args: Arguments<A>): Promise<NonNullable<Heard['error']>> {
    const reply = await this.ask(action, args);
    if (reply.ok !== false || !reply.error) throw new Error(`${action} was not refused: ${JSON.stringify(reply)}`);
    return reply.error;
  }

  /** The next frame that fits and that no other call has taken; it may have come already. */
  next(fits: (heard: Heard) => boolean = () => true, what = 'a frame'): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.heard.find((one) => !this.#taken.has(one) && fits(one));
        if (found) {
          this.#taken.add(found);
          done(() => resolve(found));
        } else if (this.#ending) {
          const { code, reason } = this.#ending;
          done(() => reject(new Error(`${what} did not come: closed with ${code} "${reason}"; ${this.#left()}`)));
        }
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`${what} did not come within ${patience} ms; ${this.#left()}`))),
        patience,
      );
      const done = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        settle();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The next event of a name. */
  event(name: string, about: Record<string, unknown> = {}): Promise<Heard> {
    const fits = (one: Heard) =>
      one.event === name && Object.entries(about).every(([field, value]) => one[field] === value);
    return this.next(fits, `the event ${name} ${JSON.stringify(about)}`);
  }

  /** Those heard so far that fit, taken or not. */
  all(fits: (heard: Heard) => boolean): Heard[] {
    return this.heard.filter(fits);
  }

  /** Events of a name heard so far. */
  events(name: string): Heard[] {
    return this.all((one) => one.event === name);
  }

  /** Closes as a client does that means it. */
  async close(code = 1000): Promise<Ending> {
    this.socket.close(code);
    return this.closed;
  }

  /** Ends the TCP connection without a closing handshake, as a killed process does. */
  async kill(): Promise<Ending> {
    this.socket.terminate();
    return this.closed;
  }

  #left(): string {
    const left = this.heard.filter((one) => !this.#taken.has(one)).slice(-10);
    return `what came and was not asked for: ${JSON.stringify(left)}`;
  }
}
