import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../clock.ts';
import type { Handshake } from './events.ts';
import { FrameSizeGuard } from './frame-size.ts';
import { limits } from './limits.ts';

/** Why a connection ended, as `$disconnect` reports it. */
export interface Ending {
  readonly statusCode: number;
  readonly reason: string;
}

export interface ConnectionHost {
  readonly clock: Clock;
  /** Whether the connection is half-open: the network is gone, and neither side knows. */
  readonly halfOpen: (connectionId: string) => boolean;
  /** Whether ping frames are answered. */
  readonly answersPingFrames: () => boolean;
  readonly onMessage: (body: string) => void;
  /** Called once. */
  readonly onEnd: (ending: Ending) => void;
}

/** The gateway drops a client with more unread bytes than this, so that a slow reader cannot fill the memory. */
const unreadBytes = 16 * 1024 * 1024;

/** One client's WebSocket, from the 101 response to its end. */
export class Connection {
  readonly handshake: Handshake;
  /** Resolves when the socket is closed on both sides. */
  readonly closed: Promise<unknown>;
  readonly #socket: WebSocket;
  readonly #host: ConnectionHost;
  readonly #idle: Timer;
  readonly #life: Timer;
  #lastActiveAt: number;
  #over = false;

  constructor(handshake: Handshake, socket: WebSocket, stream: Duplex, host: ConnectionHost) {
    this.handshake = handshake;
    this.#socket = socket;
    this.#host = host;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    this.#lastActiveAt = host.clock.now();
    const goingAway = { statusCode: 1001, reason: 'Going away' };
    this.#idle = host.clock.setTimeout(() => this.close(goingAway), limits.idleMs);
    this.#life = host.clock.setTimeout(() => this.close(goingAway), limits.connectionMs);
    const guard = new FrameSizeGuard(limits.frameBytes);
    stream.prependListener('data', (chunk: Buffer) => {
      if (!this.#over && !guard.accepts(chunk)) this.close({ statusCode: 1009, reason: 'Frame is too large' });
    });
    socket.on('message', (data, isBinary) => this.#receive(data.toString(), isBinary));
    // Whether ping frames keep a connection of API Gateway from idling is not documented, so here they do not.
    socket.on('ping', (data) => {
      if (!this.#over && host.answersPingFrames() && !host.halfOpen(handshake.connectionId)) socket.pong(data);
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => this.#closed(code, reason.toString()));
  }

  /** When the last message was sent or received, in epoch milliseconds. */
  get lastActiveAt(): number {
    return this.#lastActiveAt;
  }

  /** Sends a text frame; false if the connection is over. */
  send(data: string): boolean {
    if (this.#over) return false;
    this.#touch();
    if (this.#host.halfOpen(this.handshake.connectionId)) return true;
    this.#socket.send(data);
    if (this.#socket.bufferedAmount > unreadBytes) {
      this.#end({ statusCode: 1006, reason: '' });
      this.#socket.terminate();
    }
    return true;
  }

  /**
   * Closes the connection from the gateway's side.
   * @param told the close code for the client, if it differs from the one that `$disconnect` gets.
   */
  close(ending: Ending, told = ending.statusCode): void {
    if (this.#over) return;
    this.#end(ending);
    if (this.#host.halfOpen(this.handshake.connectionId)) this.#socket.terminate();
    else this.#socket.close(told, ending.reason);
  }

  /** Drops a socket whose client does not answer the close frame. */
  terminate(): void {
    this.#socket.terminate();
  }

  #receive(body: string, isBinary: boolean): void {
    if (this.#over || this.#host.halfOpen(this.handshake.connectionId)) return;
    if (isBinary) return this.close({ statusCode: 1003, reason: 'Binary is not supported' });
    this.#touch();
    this.#host.onMessage(body);
  }

  #closed(code: number, reason: string): void {
    // No close frame arrives over a lost network. Only the idle timeout ends a half-open connection.
    if (this.#host.halfOpen(this.handshake.connectionId)) return;
    this.#end({
      statusCode: code,
      reason: code === 1005 ? 'Client-side close frame status not set' : reason,
    });
  }

  #end(ending: Ending): void {
    if (this.#over) return;
    this.#over = true;
    this.#idle.cancel();
    this.#life.cancel();
    this.#host.onEnd(ending);
  }

  #touch(): void {
    this.#lastActiveAt = this.#host.clock.now();
    this.#idle.refresh();
  }
}
