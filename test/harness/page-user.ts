import axe from 'axe-core';
import type { FileChooser, Locator, Page } from 'playwright-core';
import type { TestBrowser, VisitOptions, Visitor } from './browser.ts';
import { password } from './room.ts';

/** The rules of axe about colours that are on by default. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/** What axe finds: the rule, and the elements that break it. */
export interface Finding {
  readonly rule: string;
  readonly where: readonly string[];
}

/** A user of the page. Finds its elements by label, role and text, as a screen reader does. */
export class PageUser {
  readonly visitor: Visitor;
  readonly page: Page;

  private constructor(visitor: Visitor) {
    this.visitor = visitor;
    this.page = visitor.page;
  }

  /** Opens the page in a browser profile of its own. */
  static async open(browser: TestBrowser, url: string, options?: VisitOptions): Promise<PageUser> {
    return new PageUser(await browser.visit(pageOf(url), options));
  }

  /** Opens the page, and logs in a registered user. */
  static async enter(browser: TestBrowser, url: string, user: string, options?: VisitOptions): Promise<PageUser> {
    const one = await PageUser.open(browser, url, options);
    await one.logIn(user);
    await one.log.waitFor();
    return one;
  }

  async logIn(user: string, secret = password): Promise<void> {
    await this.field('Username').fill(user);
    await this.field('Password').fill(secret);
    await this.press('Log in');
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async press(name: string | RegExp): Promise<void> {
    await this.button(name).click();
  }

  /** The conversation on the screen. */
  get log(): Locator {
    return this.page.getByRole('log');
  }

  /** The box to write in. */
  get box(): Locator {
    return this.page.getByRole('textbox', { name: /^Message / });
  }

  /** Writes a line, and presses Enter. */
  async say(line: string): Promise<void> {
    await this.box.fill(line);
    await this.box.press('Enter');
  }

  /** Writes these lines as fast as the page shows what is written, each followed by Enter. */
  async sayAll(lines: readonly string[]): Promise<void> {
    await this.box.evaluate(async (box, all) => {
      const { Event, KeyboardEvent, requestAnimationFrame } = box.ownerDocument.defaultView;
      for (const line of all) {
        box.value = line;
        box.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(resolve));
        box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      }
    }, lines);
  }

  /** Waits until the room has acknowledged everything that the user has said. */
  async hasSent(): Promise<void> {
    await this.page.getByText('Sending …').first().waitFor({ state: 'detached' });
  }

  /** Opens the conversation with a user, or that of everyone. */
  async talkTo(name: string): Promise<void> {
    const list = this.page.getByRole('navigation', { name: 'Conversations' });
    await list.getByRole('button', { name: new RegExp(`^${name}\\b`) }).click();
    await this.page.getByRole('main', { name }).waitFor();
  }

  /** Sends a file with the button: one with the given content, or the one at a path. */
  async attach(file: Parameters<FileChooser['setFiles']>[0]): Promise<void> {
    const choosing = this.page.waitForEvent('filechooser');
    await this.press('Send a file');
    await (await choosing).setFiles(file);
  }

  /** Waits for a text anywhere on the page. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** The texts of the conversation on the screen, each message as its author's name and its text. */
  async messages(): Promise<string[]> {
    return this.log.getByRole('article').evaluateAll((articles) =>
      articles.map((article) => {
        const author = article.querySelector('strong')?.textContent;
        return `${author}: ${article.querySelector('[dir=auto]')?.textContent}`;
      }),
    );
  }

  /** What axe finds wrong with the page as it is now: by all of its rules, or only by those about colours. */
  async findings(of: 'everything' | 'colours' = 'everything'): Promise<Finding[]> {
    if (await this.page.evaluate('globalThis.axe === undefined')) await this.page.evaluate(axe.source);
    const rules = of === 'colours' ? JSON.stringify({ runOnly: colourRules }) : '';
    const { violations } = await this.page.evaluate<axe.AxeResults>(`axe.run(${rules})`);
    return violations.map(({ id, nodes }) => ({ rule: id, where: nodes.map(({ html }) => html) }));
  }

  async leave(): Promise<void> {
    await this.visitor.leave();
  }
}

/** The page's address, beside that of the room's WebSocket. */
export function pageOf(url: string): string {
  const { origin, hash } = new URL(url.replace(/^ws/, 'http'));
  return `${origin}/${hash}`;
}
