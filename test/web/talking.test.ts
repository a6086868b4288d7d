import { describe, expect, test } from 'vitest';
import { hasBrowser, type TestBrowser } from '../harness/browser.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { PageUser } from '../harness/page-user.ts';
import type { SceneRoom } from '../harness/room.ts';
import { withRoomAndBrowser } from '../harness/room-and-browser.ts';

/** A browser whose user has not decided about notifications. */
const undecided = `Object.defineProperty(Notification, 'permission', { value: 'default' })`;

describe.runIf(hasBrowser)('users of the page', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  withRoomAndBrowser((both) => {
    ({ room, browser } = both);
  });

  test('talk to users of the terminal, who talk to them', async () => {
    await room.register('Columbia', 'Hudson');
    const page = await PageUser.enter(browser, room.url, 'Columbia');
    await page.sees('No messages yet. Say hello!');
    const terminal = await ChatProcess.enter(room.url, 'Hudson');
    await page.sees('Hudson has logged in.');
    await page.say('Hello, terminal!');
    await terminal.sees('Columbia(broadcast): Hello, terminal!');
    terminal.type('broadcast Hello, browser!', 'message Columbia Just for you');
    await page.sees('Hello, browser!');
    // The name in the log opens the conversation with its user.
    await page.log.getByRole('button', { name: 'Hudson' }).click();
    await page.page.getByRole('main', { name: 'Hudson' }).waitFor();
    await page.sees('Just for you');
    await page.say('And for you');
    await terminal.sees('Columbia(private): And for you');
    expect(await page.messages()).toEqual(['Hudson: Just for you', 'Columbia: And for you']);
    await page.say('/block Hudson');
    await page.sees('You have blocked Hudson from sending you messages.');
    await page.page.getByRole('main').getByText('Blocked. Messages to everyone are hidden, too.').waitFor();
    terminal.type('message Columbia Can you read this?');
    await terminal.sees('Error! Columbia has blocked you, so you cannot send them messages.');
    await page.press('Options for Hudson');
    await page.press('Unblock Hudson');
    await page.sees('You have unblocked Hudson.');
    await terminal.quit();
    await page.page.getByRole('main').getByText('Offline').waitFor();
    await page.say('For later');
    const stored = page.page.getByText('Hudson gets this at the next login');
    await stored.waitFor();
    const hudson = await room.enter('Hudson');
    await stored.waitFor({ state: 'detached' });
    await hudson.get('logout', {});
    await page.page.getByRole('main').getByText('Offline').waitFor();
    expect(await stored.count()).toBe(0);
    await room.admin({ command: 'remove', user: 'Hudson' });
    await page.say('Are you there?');
    await page.sees('There is no user "Hudson" any more, so this was not sent.');
    await page.talkTo('Everyone');
    await page.sees('Hudson has logged out.');
    await page.leave();
  });

  test('see what they have missed, below a mark, and earlier messages on demand', async () => {
    await room.register('Ada', 'Grace');
    const grace = await room.enter('Grace');
    const old = 55;
    for (let i = 1; i <= old; i += 1) await grace.get('broadcast', { text: `Old ${i}` });
    const ada = await room.enter('Ada');
    const { upTo } = await ada.get('sync', {});
    await ada.get('logout', upTo);
    await grace.get('broadcast', { text: 'You have missed this' });
    await grace.get('message', { to: 'Ada', text: 'And this' });
    const page = await PageUser.enter(browser, room.url, 'Ada');
    await page.sees('New messages');
    await page.page.getByRole('button', { name: /^Grace.*1 unread/ }).waitFor();
    await expect.poll(() => page.page.title()).toBe('(1) Ada - chat');
    await page.talkTo('Grace');
    await page.sees('And this');
    await page.sees('Only you and Grace can read what you say here.');
    await expect.poll(() => page.page.title()).toBe('Ada - chat');
    await page.talkTo('Everyone');
    await expect.poll(async () => (await page.messages()).length).toBe(51);
    // At the top, the page shows earlier messages. What the reader sees stays where it is.
    const shift = await page.log.evaluate(async (log, most) => {
      const frame = () => new Promise((resolve) => log.ownerDocument.defaultView.requestAnimationFrame(resolve));
      const messages = log.getElementsByTagName('article');
      const [first] = messages;
      const topOf = () => first?.getBoundingClientRect().top ?? 0;
      log.scrollTop = 0;
      await frame();
      const before = topOf();
      while (messages.length < most) await frame();
      for (let i = 0; i < 5; i += 1) await frame();
      return topOf() - before;
    }, old);
    // The heading with the day has moved to the earlier messages.
    expect(Math.abs(shift)).toBeLessThan(40);
    await page.sees('Old 1');
    expect((await page.messages()).slice(-old - 1)).toEqual([
      ...Array.from({ length: old }, (_, i) => `Grace: Old ${i + 1}`),
      'Grace: You have missed this',
    ]);
    await page.leave();
  });

  test('stay at the end of the log, or see how much came below, and find what is unread at its mark', async () => {
    await room.register('Scroller', 'Author');
    const author = await room.enter('Author');
    const page = await PageUser.enter(browser, room.url, 'Scroller', {
      firstScript: undecided,
      viewport: { width: 900, height: 420 },
    });
    const fill = async (action: 'message' | 'broadcast', args: object = {}) => {
      for (let i = 1; i <= 12; i += 1) await author.get(action, { ...args, text: `Line ${i}` });
    };
    const isAtEnd = () =>
      page.log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2);
    await fill('broadcast');
    await page.log.getByText('Line 12').waitFor();
    // The offer of notifications takes a part of the log's place.
    await page.say('The first own message');
    await page.sees(/^Be notified of private messages/);
    await page.log.getByText('The first own message').waitFor();
    await page.hasSent();
    await expect.poll(isAtEnd).toBe(true);
    // A refusal lasts, and the menu leads back to the offer.
    await page.press('Not now');
    await expect.poll(() => page.box.evaluate((box) => box.matches(':focus'))).toBe(true);
    await page.page.reload();
    await page.say('The second own message');
    await page.log.getByText('The second own message').waitFor();
    await page.hasSent();
    expect(await page.button('Notify me').count()).toBe(0);
    await page.press('Your account');
    await page.press('Notifications');
    await page.button('Notify me').waitFor();
    await author.get('broadcast', { text: 'Followed' });
    await page.log.getByText('Followed').waitFor();
    await expect.poll(isAtEnd).toBe(true);
    await page.log.evaluate((log) => log.scrollBy(0, -150));
    await page.button('Show the latest messages').waitFor();
    await author.get('broadcast', { text: 'Below' });
    await author.get('broadcast', { text: 'Below, too' });
    await page.press('Show the latest messages, 2 new');
    await expect.poll(isAtEnd).toBe(true);
    await fill('message', { to: 'Scroller' });
    await page.page.getByRole('button', { name: /^Author.*12 unread/ }).waitFor();
    await page.talkTo('Author');
    await page.sees('New messages');
    const isMarkOnScreen = () =>
      page.page.getByText('New messages').evaluate((mark) => {
        const { top, bottom } = mark.getBoundingClientRect();
        const log = mark.closest('[role=log]')?.getBoundingClientRect();
        return log !== undefined && top >= log.top && bottom <= log.bottom;
      });
    await expect.poll(isMarkOnScreen).toBe(true);
    expect(await isAtEnd()).toBe(false);
    await page.leave();
  });

  test('have the commands of the terminal, with completion', async () => {
    await room.register('Typist', 'Reader');
    const reader = await room.enter('Reader');
    const page = await PageUser.enter(browser, room.url, 'Typist');
    await page.box.pressSequentially('/mess');
    await page.page.getByRole('option', { name: /^\/message/ }).waitFor();
    await page.box.press('Tab');
    await page.box.pressSequentially('Re');
    await page.page.getByRole('option', { name: 'Reader' }).waitFor();
    await page.box.press('Tab');
    await page.box.pressSequentially('by command');
    await page.box.press('Enter');
    await page.page.getByRole('main', { name: 'Reader' }).waitFor();
    await expect.poll(() => page.messages()).toEqual(['Typist: by command']);
    await reader.event('message');
    await page.say('/mesage Reader hi');
    await page.sees('There is no command "/mesage". Did you mean "/message"? Enter "/help" to see the commands.');
    await page.say('/foo');
    await page.sees('There is no command "/foo". Enter "/help" to see the commands.');
    await page.sees('To send a text that begins with "/", begin it with "//".');
    // It can be corrected.
    await expect.poll(() => page.box.inputValue()).toBe('/foo');
    await page.say('/message Reader ');
    await page.sees('Usage: /message <user> <text>');
    // Enter completes what cannot run yet.
    await page.box.fill('/whoel');
    await page.page.getByRole('option', { name: /^\/whoelse/ }).waitFor();
    await page.box.press('Enter');
    expect(await page.box.inputValue()).toBe('/whoelse ');
    // Also the name that is chosen in the list.
    await page.box.fill('/block re');
    await page.page.getByRole('option', { name: 'Reader' }).waitFor();
    await page.box.press('Enter');
    expect(await page.box.inputValue()).toBe('/block Reader ');
    // A complete name needs no second Enter.
    await page.box.fill('/block reader');
    await page.page.getByRole('option', { name: 'Reader' }).waitFor();
    await page.box.press('Enter');
    await page.sees('You have blocked reader from sending you messages.');
    await page.sees('What they say to everyone is hidden from you, too.');
    await page.say('/unblock Reader');
    await page.sees('You have unblocked Reader.');
    await page.box.fill('');
    // A click on the conversation that is open leads back to the box.
    await page.box.blur();
    await page.talkTo('Reader');
    await expect.poll(() => page.box.evaluate((box) => box.matches(':focus'))).toBe(true);
    await page.say('/whoelse');
    await page.sees('The other users online are:');
    await page.talkTo('Everyone');
    await reader.get('broadcast', { text: 'Has @typist finished? Typist?' });
    await expect.poll(() => page.log.locator('mark').allTextContents()).toEqual(['@typist', 'Typist']);
    // An announcement is nobody's message.
    await room.admin({ command: 'announce', text: 'Closing soon' });
    await page.sees('Closing soon');
    expect((await page.messages()).at(-1)).toBe('Announcement: Closing soon');
    await page.say('//shrug');
    await page.sees('/shrug');
    await page.say('/logout');
    await page.sees('You have logged out. See you again!');
    expect(await page.page.evaluate('Object.keys(sessionStorage)')).toEqual([]);
    await page.leave();
  });

  test('mention users whose names are completed, and send only complete words of an input method', async () => {
    await room.register('Penman', 'Zoe.Q');
    const zoe = await room.enter('Zoe.Q');
    const page = await PageUser.enter(browser, room.url, 'Penman');
    await page.button(/^Zoe/).waitFor();
    await page.box.pressSequentially('Hello @zo');
    await page.page.getByRole('option', { name: 'Zoe.Q' }).waitFor();
    await page.box.press('Tab');
    expect(await page.box.inputValue()).toBe('Hello @Zoe.Q ');
    // Chromium and Firefox report a composition. Safari has ended it, and reports the key code 229.
    const enter = (composition: string) =>
      page.page.evaluate(
        `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ${composition} }))`,
      );
    await page.box.pressSequentially('ni');
    await enter('isComposing: true');
    await enter('keyCode: 229');
    expect(await page.box.inputValue()).toBe('Hello @Zoe.Q ni');
    await page.box.press('Enter');
    expect(await zoe.event('broadcast')).toMatchObject({ text: 'Hello @Zoe.Q ni' });
    await page.leave();
    await zoe.get('logout', {});
  });
});
