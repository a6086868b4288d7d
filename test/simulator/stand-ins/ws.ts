import { EventEmitter } from 'node:events';
import type { ClientSocket } from '../machine.ts';
import { here } from './machine.ts';

/** The client's WebSocket, as far as the client uses it. */
export class WebSocket extends EventEmitter {
  readonly #socket: ClientSocket;

  constructor(url: string, { handshakeTimeout }: { handshakeTimeout: number }) {
    super();
    this.#socket = here.connect(url, this);
    let isSettled = false;
    for (const event of ['open', 'unexpected-response']) {
      this.once(event, () => {
        isSettled = true;
      });
    }
    void here.sleep(handshakeTimeout).then(() => {
      if (isSettled) return;
      this.#socket.terminate();
      this.emit('error', new Error('Opening handshake has timed out'));
    });
  }

  ping(): void {
    this.#socket.ping();
  }

  send(bytes: Buffer, options: { fin: boolean }): void {
    this.#socket.send(bytes, options);
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
