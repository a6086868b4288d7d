import {
  type Action,
  type Arguments,
  byteLength,
  limits,
  parseRoomFrame,
  type Result,
  type RoomEvent,
} from '../../protocol/index.ts';
import { ConnectionLostError, RequestTooLargeError } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';
import { PendingRequests } from './pending-requests.ts';
import { randomHex } from './random.ts';
import type { Socket } from './socket.ts';
import type { Timing } from './timing.ts';

/** A new request's id. */
export const newId = (): string => randomHex(16);

/** A request's id, and whether it was sent before over another link. */
export interface Sending {
  readonly id: string;
  readonly again?: boolean;
}

export interface LinkHandlers {
  event(link: Link, event: RoomEvent): void;
  /** Called once, after every pending request has failed, with the close code. */
  closed(link: Link, code: number): void;
}

/** One WebSocket to the room, with requests, replies, events and a heartbeat. */
export class Link {
  readonly #socket: Socket;
  readonly #timing: Timing;
  readonly #pending = new PendingRequests();
  readonly #heartbeat: Heartbeat;
  #open = true;

  /** @param socket An open one, which nothing listens to yet. */
  constructor(socket: Socket, timing: Timing, handlers: LinkHandlers) {
    this.#socket = socket;
    this.#timing = timing;
    this.#heartbeat = new Heartbeat(
      {
        ...(socket.ping && { pingFrame: () => socket.ping?.() }),
        ping: () => {
          this.#pending.pinged();
          this.tell('ping', {});
        },
        dead: () => this.drop(),
      },
      timing,
    );
    socket.listen({
      message: (text) => this.#receive(text, handlers),
      pong: () => this.#heartbeat.pongFrame(),
      ping: () => this.#heartbeat.heard(),
      closed: (code) => {
        this.#open = false;
        this.#heartbeat.stop();
        this.#pending.failAll(new ConnectionLostError());
        handlers.closed(this, code);
      },
    });
  }

  /** Whether a request has no reply yet. */
  get isBusy(): boolean {
    return !this.#pending.isEmpty;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /**
   * Sends a request. If the reply is late, probes the connection.
   * @throws {RefusalError | GatewayError | RequestTimeoutError | ConnectionLostError}
   * @throws {UnexpectedReplyError | RequestTooLargeError}
   */
  async request<A extends Action>(
    action: A,
    args: Arguments<A>,
    { id, again = false }: Sending = { id: newId() },
  ): Promise<Result<A>> {
    if (!this.#open) throw new ConnectionLostError();
    const frame = JSON.stringify({ action, id, ...(again && { again }), ...args });
    if (byteLength(frame) > limits.frameBytes) throw new RequestTooLargeError(limits.frameBytes);
    const reply = this.#pending.add(id, action, this.#timing.reply);
    this.#send(frame);
    const probe = setTimeout(() => this.probe(), this.#timing.probeAfter);
    try {
      return await reply;
    } finally {
      clearTimeout(probe);
    }
  }

  /** Sends a heartbeat. If nothing comes in within some time, the link closes. */
  probe(): void {
    if (this.#open) this.#heartbeat.probe();
  }

  /** Sends a request that has no reply. */
  tell<A extends 'ack' | 'here' | 'ping'>(action: A, args: Arguments<A>): void {
    if (this.#open) this.#send(JSON.stringify({ action, ...args }));
  }

  /** Resolves when no request is pending. */
  idle(): Promise<void> {
    return this.#pending.idle();
  }

  /** Closes with code 1000, which the room treats as a logout. */
  close(): void {
    this.#socket.close();
  }

  /** Ends the connection so that the session is not logged out and can be resumed. */
  drop(): void {
    this.#socket.drop();
  }

  #send(frame: string): void {
    this.#heartbeat.message();
    this.#socket.send(frame);
  }

  #receive(text: string, handlers: LinkHandlers): void {
    this.#heartbeat.message();
    this.#heartbeat.heard();
    const frame = parseRoomFrame(text);
    switch (frame.kind) {
      case 'reply':
      case 'refusal':
        return this.#pending.answer(frame);
      case 'gateway-error':
        return this.#pending.gatewayError(frame.message, frame.requestId);
      case 'event':
        if (frame.event.event === 'are-you-there') this.tell('here', {});
        return handlers.event(this, frame.event);
      case 'pong':
        return this.#pending.ponged();
      case 'unknown':
        return;
    }
  }
}
