import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A network between clients and a server, that a test can cut. */
export class TcpRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #target: number;

  private constructor(port: number) {
    this.#target = port;
    this.#server = createServer((client) => {
      if (this.#isCut) return client.destroy();
      this.#relay(client, connect(this.#target, '127.0.0.1'));
    });
  }

  /** @param port That of the server on this machine. */
  static async open(port: number): Promise<TcpRelay> {
    const relay = new TcpRelay(port);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all connections, and refuses new ones until {@link mend}. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** @param port That of another server, if it has moved. */
  mend(port = this.#target): void {
    this.#target = port;
    this.#isCut = false;
  }

  /** The address of a client of the room, through this network. */
  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #relay(client: Socket, server: Socket): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
