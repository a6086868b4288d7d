import type { IncomingMessage } from 'node:http';
import type { Stack } from './assembly/stack.ts';

/** The part of the room's server that knows its addresses. */
interface Server {
  /** The address for clients, `ws://…`. */
  readonly url: string;
  /** The origin in presigned URLs. */
  readonly origin: string;
  isOwnOrigin(origin: string): boolean;
}

/**
 * Translates between the addresses that the stack has in the cloud and those of this room, which has one port for all of
 * them. A client may reach the room by several addresses: `localhost`, an IP address, a tunnel.
 */
export class Addresses {
  readonly #stack: Pick<Stack, 'api' | 'httpApi' | 'buckets' | 'target'>;
  readonly #server: Server;

  constructor(stack: Pick<Stack, 'api' | 'httpApi' | 'buckets' | 'target'>, server: Server) {
    this.#stack = stack;
    this.#server = server;
  }

  /** A text with the room's addresses in place of those in the cloud. */
  atRoom(text: string): string {
    return this.#replace(text, this.#server.url.replace(/^ws/, 'http'), this.#server.origin);
  }

  /** A text with the addresses by which a client reaches the room. @param address {@link addressFor} the client. */
  atClient(text: string, address: string): string {
    return this.#replace(text, address, address);
  }

  #replace(text: string, address: string, connections: string): string {
    const { api, httpApi, buckets, target } = this.#stack;
    const pairs = [
      ...[api.domainName, ...api.customDomainNames].flatMap((name) => [
        [`wss://${name}`, address.replace(/^http/, 'ws')],
        [`https://${name}`, connections],
      ]),
      ...(httpApi ? [httpApi.domainName, ...httpApi.customDomainNames] : []).map((name) => [
        `https://${name}`,
        address,
      ]),
      ...buckets.map(({ name }) => [`https://${name}.s3.${target.region}.amazonaws.com`, this.#server.origin]),
    ] as [string, string][];
    return pairs.reduce((changed, [cloud, here]) => changed.replaceAll(cloud, here), text);
  }

  /**
   * The origin of a request as it would be in the cloud: the room's own addresses are those of its web page. Others stay.
   * No page can forge them: the Host header names this room, and a browser sets both headers.
   */
  originInCloud(origin: string, request: IncomingMessage): string {
    const { httpApi } = this.#stack;
    const isOwn = origin === addressFor(request) || this.#server.isOwnOrigin(origin);
    return httpApi !== undefined && isOwn ? `https://${httpApi.customDomainNames[0] ?? httpApi.domainName}` : origin;
  }
}

/**
 * The address (`http://…`) by which a client reached the room. A tunnel or proxy reports it in the X-Forwarded headers. It appears in
 * the page's Content-Security-Policy, so a header that is no host is ignored.
 */
export function addressFor({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const first = (name: string) =>
    String(headers[name] ?? '')
      .split(',')[0]
      ?.trim() ?? '';
  const scheme = /^(https|wss)$/i.test(first('x-forwarded-proto')) ? 'https' : 'http';
  const host = [first('x-forwarded-host'), headers.host ?? ''].find((name) => /^[\w.:[\]-]+$/.test(name));
  return `${scheme}://${host ?? 'localhost'}`;
}
