import type { WebSocket } from 'ws';
import { openSocket } from './open-socket.ts';
import type { Platform, Socket, SocketEvents } from './socket.ts';
import { unref } from './timers.ts';
import { onWake } from './wake-detector.ts';

/** API Gateway's quota for one WebSocket frame, in bytes. A longer message is split into several frames. */
const frameBytes = 32 * 1024;

class NodeSocket implements Socket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  listen(events: SocketEvents): void {
    this.#socket.on('message', (data) => events.message(String(data)));
    this.#socket.on('pong', () => events.pong());
    this.#socket.on('ping', () => events.ping());
    // `close` follows every error.
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code) => events.closed(code));
  }

  ping(): void {
    this.#socket.ping();
  }

  send(text: string): void {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += frameBytes) {
      const end = start + frameBytes;
      this.#socket.send(bytes.subarray(start, end), { binary: false, fin: end >= bytes.length });
    }
  }

  close(): void {
    this.#socket.close(1000);
    // A peer that does not answer the close must not keep this process alive.
    unref(setTimeout(() => this.#socket.terminate(), 1000));
  }

  drop(): void {
    this.#socket.terminate();
  }
}

/** Node.js: the package `ws`, and proxies. */
export const nodePlatform: Platform = {
  openSocket: async (url, timeout) => new NodeSocket(await openSocket(url, timeout)),
  hidesRefusals: false,
  onWake: (callback, { watch, asleep }) => onWake(callback, watch, asleep),
};
