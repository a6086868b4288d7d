import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Chromium's program: `CHROMIUM` in the environment, or Debian's package. Undefined if it is not installed. */
const program = process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

/**
 * Whether tests can run in a browser. Use it with `describe.runIf`. If `CHROMIUM` is set, they run in any case, and fail
 * without the program.
 */
export const hasBrowser = program !== undefined;

if (!hasBrowser) {
  process.stderr.write(
    'Skipped: tests in a browser. They need Chromium: install it, or set CHROMIUM to its program.\n',
  );
}

export interface VisitOptions extends BrowserContextOptions {
  /** A script that runs in each page before its own. */
  readonly firstScript?: string;
}

/** Chromium, without a window. Opening it takes about a second: share it between the tests of a file. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #visitors = new Set<Visitor>();

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async open(): Promise<TestBrowser> {
    if (program === undefined) throw new Error('Chromium is not installed');
    const browser = await chromium.launch({
      executablePath: program,
      // Chromium's sandbox does not run as root.
      chromiumSandbox: process.getuid?.() !== 0,
      // The harness ends processes in its own order.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    return new TestBrowser(browser);
  }

  /** A new user with a profile of their own, who opens the page at this address. */
  async visit(url: string, { firstScript, ...options }: VisitOptions = {}): Promise<Visitor> {
    const context = await this.#browser.newContext(options);
    // Only for waits that would never end: a busy machine is slow.
    context.setDefaultTimeout(60_000);
    if (firstScript !== undefined) await context.addInitScript(firstScript);
    const visitor = new Visitor(context, await context.newPage());
    this.#visitors.add(visitor);
    await visitor.page.goto(url);
    return visitor;
  }

  /** Closes the browser. @throws Error if a visitor's browser reported a problem that the test does not expect. */
  async close(): Promise<void> {
    await this.#browser.close();
    const problems = [...this.#visitors].flatMap((visitor) => visitor.problems);
    if (problems.length > 0) throw new Error(`The browser reported:\n${problems.join('\n')}`);
  }
}

/** A user with a browser profile of their own. */
export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** The addresses of all requests so far, also those for WebSocket connections. */
  readonly requests: string[] = [];
  readonly #reported: string[] = [];
  readonly #expected: RegExp[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    context.on('request', (request) => this.requests.push(request.url()));
    context.on('page', (one) => this.#watch(one));
    context.on('console', (message) => {
      if (message.type() === 'error') this.#reported.push(`${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.#reported.push(error.error().stack ?? error.error().message));
    this.#watch(page);
  }

  #watch(page: Page): void {
    page.on('websocket', (socket) => this.requests.push(socket.url()));
  }

  /**
   * Errors in the console, uncaught exceptions and violations of the Content-Security-Policy, which Chromium reports in
   * the console, too.
   */
  get problems(): readonly string[] {
    return this.#reported.filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)));
  }

  /** Problems that this pattern matches are what the test wants to see, such as a lost connection. */
  expectProblem(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** Leaves: closes the user's profile. The problems stay. */
  async leave(): Promise<void> {
    await this.context.close();
  }
}
