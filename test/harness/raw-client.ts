import { once } from 'node:events';
import * as v from 'valibot';
import { WebSocket } from 'ws';
import {
  type Action,
  type Arguments,
  type EventName,
  type EventOf,
  events,
  parseResult,
  type RefusalReply,
  type Result,
  refusals,
} from '../../protocol/index.ts';

/** A frame from the room, parsed as JSON and not checked any further. */
export type ReceivedFrame = Record<string, unknown> & {
  type?: string;
  event?: string;
  action?: string | null;
  id?: string;
  ok?: boolean;
  error?: { code: string; message: string } & Record<string, unknown>;
};

/** The reply to a request that the room granted. */
export type GrantedReply<A extends Action> = {
  type: 'reply';
  action: A;
  id: string;
  ok: true;
  error?: never;
} & Result<A>;

/** The reply to a request, granted or refused. */
export type AnyReply<A extends Action> = GrantedReply<A> | RefusalReply;

/** How a socket ended. */
export interface Ending {
  code: number;
  reason: string;
}

/** An upgrade that was answered with another status than 101. */
export class NotConnected extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the room answered the upgrade with ${status}`);
    this.status = status;
  }
}

/**
 * A raw WebSocket client for scenes. It sends any frame, and applies one of the protocol's rules: it answers
 * `are-you-there`. It checks that each reply and event it returns has the shape that the protocol declares. A wait that
 * times out fails the scene and lists the frames that arrived instead.
 */
export class RawClient {
  readonly socket: WebSocket;
  readonly closed: Promise<Ending>;
  /** Every frame received, in order of arrival. */
  readonly received: ReceivedFrame[] = [];
  /** Whether it answers `are-you-there`. A client of an earlier version does not. */
  answers = true;
  /** How long a wait lasts, in ms. It only ends waits for what will never come. */
  patience = 40_000;
  readonly #waiting = new Set<() => void>();
  readonly #taken = new Set<ReceivedFrame>();
  #ending: Ending | undefined;
  #ids = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const frame = parseFrame(data.toString('utf8'));
      this.received.push(frame);
      if (this.answers && frame.event === 'are-you-there') this.send({ action: 'here' });
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

  /** Opens a connection from an address of this machine. Throws {@link NotConnected} if the upgrade is refused. */
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

  /** Sends a request without waiting for its reply. Returns the request's id. */
  say<A extends Action>(action: A, args: Arguments<A>): string {
    this.#ids += 1;
    const id = `${action}-${this.#ids}`;
    this.send({ action, id, ...args });
    return id;
  }

  /** Sends a request and waits for its reply, granted or refused. */
  ask<A extends Action>(action: A, args: Arguments<A>): Promise<AnyReply<A>> {
    return this.reply(action, this.say(action, args));
  }

  /** Waits for the reply to a request that was sent with this id. */
  async reply<A extends Action>(action: A, id: string): Promise<AnyReply<A>> {
    const frame = await this.next((one) => one.type === 'reply' && one.id === id, `the reply to ${action} ${id}`);
    if (isReply(action, frame)) return frame;
    throw new Error(`not a reply to ${action} as the protocol declares it: ${JSON.stringify(frame)}`);
  }

  /** Sends a request and returns its granted reply. Throws if the room refuses it. */
  async get<A extends Action>(action: A, args: Arguments<A>): Promise<GrantedReply<A>> {
    const reply = await this.ask(action, args);
    if (!reply.ok) throw new Error(`${action} was refused: ${JSON.stringify(reply.error)}`);
    return reply;
  }

  /** Sends a request and returns the error of its refusal. Throws if the room grants it. */
  async refused<A extends Action>(action: A, args: Arguments<A>): Promise<RefusalReply['error']> {
    const reply = await this.ask(action, args);
    if (reply.ok) throw new Error(`${action} was not refused: ${JSON.stringify(reply)}`);
    return reply.error;
  }

  /** The next frame that fits and that no earlier call returned. It may have arrived already. */
  next(fits: (frame: ReceivedFrame) => boolean = () => true, what = 'a frame'): Promise<ReceivedFrame> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.received.find((one) => !this.#taken.has(one) && fits(one));
        if (found) {
          this.#taken.add(found);
          done(() => resolve(found));
        } else if (this.#ending) {
          const { code, reason } = this.#ending;
          done(() => reject(new Error(`${what} did not come: closed with ${code} "${reason}"; ${this.#left()}`)));
        }
      };
      const timer = setTimeout(
        () => done(() => reject(new Error(`${what} did not come within ${this.patience} ms; ${this.#left()}`))),
        this.patience,
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

  /** The next event of this name whose fields have these values. */
  async event<N extends EventName>(name: N, fields: Partial<EventOf<N>> = {}): Promise<EventOf<N>> {
    const fits = (one: ReceivedFrame) =>
      one.event === name && Object.entries(fields).every(([field, value]) => one[field] === value);
    const frame = await this.next(fits, `the event ${name} ${JSON.stringify(fields)}`);
    if (isEvent(name, frame)) return frame;
    throw new Error(`not an event ${name} as the protocol declares it: ${JSON.stringify(frame)}`);
  }

  /** All frames received so far that fit, whether or not an earlier call returned them. */
  all(fits: (frame: ReceivedFrame) => boolean): ReceivedFrame[] {
    return this.received.filter(fits);
  }

  /** All events of this name received so far. */
  events<N extends EventName>(name: N): EventOf<N>[] {
    return this.received.filter((one): one is ReceivedFrame & EventOf<N> => isEvent(name, one));
  }

  /** Closes the connection with a closing handshake. */
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
    const left = this.received.filter((one) => !this.#taken.has(one)).slice(-10);
    return `frames that no call returned: ${JSON.stringify(left)}`;
  }
}

/** A frame that is not JSON has only its text: API Gateway sends an empty frame for an answer without a body. */
function parseFrame(text: string): ReceivedFrame {
  try {
    return JSON.parse(text) as ReceivedFrame;
  } catch {
    return { notJson: text };
  }
}

function isReply<A extends Action>(action: A, frame: ReceivedFrame): frame is ReceivedFrame & AnyReply<A> {
  if (frame.ok !== true) return Object.hasOwn(refusals, frame.error?.code ?? '');
  return frame.action === action && parseResult(action, frame) !== undefined;
}

function isEvent<N extends EventName>(name: N, frame: ReceivedFrame): frame is ReceivedFrame & EventOf<N> {
  return frame.event === name && v.is(events[name], frame);
}
