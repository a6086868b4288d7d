import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's package. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export const hasChromium = existsSync(executablePath);

/** A page in Chromium that has loaded the client's library as `library`, and nothing else. */
export class LibraryPage {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #server: Server;

  private constructor(page: Page, browser: Browser, server: Server) {
    this.page = page;
    this.#browser = browser;
    this.#server = server;
  }

  static async open(): Promise<LibraryPage> {
    const [browser, script] = await Promise.all([
      chromium.launch({ executablePath, args: ['--no-sandbox'] }),
      bundleOfLibrary(),
    ]);
    const server = createServer(({ url }, response) => {
      const isScript = url === '/library.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(
        isScript ? script : '<!doctype html><title>Test</title><script type="module" src="library.js"></script>',
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const page = await browser.newPage();
    const opened = new LibraryPage(page, browser, server);
    await opened.load();
    return opened;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Loads the page, or reloads it. */
  async load(): Promise<void> {
    await this.page.goto(this.origin);
    await this.page.waitForFunction('globalThis.library !== undefined');
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }
}

async function bundleOfLibrary(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/library.ts'],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
