import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { forBrowsers } from '../../scripts/bundling.ts';

/** The libraries for pages in one script. @param entry Exports what the page uses. */
export async function bundleForPages(entry: string): Promise<string> {
  const { outputFiles } = await build({ ...forBrowsers, entryPoints: [entry], write: false });
  return outputFiles[0]?.text ?? '';
}

/** A web server with a page and its script, on an origin of its own. */
export class PageServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param script What the page loads as `room.js`. */
  static async start(html: string, script: string): Promise<PageServer> {
    const server = createServer(({ url }, response) => {
      const isScript = url === '/room.js';
      const status = isScript || url === '/' ? 200 : 204;
      response.writeHead(status, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' });
      response.end(isScript ? script : html);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PageServer(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
