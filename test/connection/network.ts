import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to the connections of a cut network when the network is restored. */
export type Aftermath =
  /** The delayed bytes arrive, as TCP retransmits. */
  | 'goes-on'
  /** The delayed bytes are lost, and both ends get an error. */
  | 'reset'
  /** The bytes are lost and neither end is told: the connection is half-open. */
  | 'dead';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A network between one client and the room. A test can cut it. */
export class Network {
  readonly #target: URL;
  /** The loopback address from which the room sees the client. */
  readonly #from: string;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** The half-open pairs of sockets. */
  readonly #silent = new Set<Pair>();
  #isCut = false;
  readonly #waiting: Socket[] = [];
  /** Connections that the client has opened. */
  connects = 0;

  private constructor(target: URL, from: string) {
    this.#target = target;
    this.#from = from;
    // Bytes that one end sent before it closed still arrive.
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
      client.on('error', () => {});
      this.connects += 1;
      if (this.#isCut) this.#waiting.push(client);
      else this.#join(client);
    });
  }

  static async to(url: string, from = '127.0.0.1'): Promise<Network> {
    const network = new Network(new URL(url), from);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  /** The room's address over this network. */
  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#target.pathname}`;
  }

  /** Stops all traffic in both directions. Neither end is told. */
  cut(): void {
    this.#isCut = true;
    for (const { client, server } of this.#pairs) {
      client.unpipe(server).pause();
      server.unpipe(client).pause();
    }
  }

  mend(aftermath: Aftermath): void {
    this.#isCut = false;
    for (const pair of this.#pairs) {
      if (this.#silent.has(pair)) continue;
      if (aftermath === 'goes-on') pipeBoth(pair);
      else if (aftermath === 'dead') this.#silent.add(pair);
      else this.#destroy(pair);
    }
    for (const client of this.#waiting.splice(0)) this.#join(client);
  }

  close(): void {
    this.#server.close();
    for (const pair of this.#pairs) this.#destroy(pair);
    for (const client of this.#waiting) client.destroy();
  }

  #join(client: Socket): void {
    const { hostname: host, port } = this.#target;
    const server = connect({ host, port: Number(port), localAddress: this.#from, allowHalfOpen: true });
    server.on('error', () => {});
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const end of [client, server])
      end.on('close', () => !this.#silent.has(pair) && !this.#isCut && this.#destroy(pair));
    pipeBoth(pair);
  }

  #destroy(pair: Pair): void {
    this.#pairs.delete(pair);
    this.#silent.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }
}

function pipeBoth({ client, server }: Pair): void {
  client.pipe(server);
  server.pipe(client);
}
