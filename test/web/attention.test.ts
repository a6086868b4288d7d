import { describe, expect, test } from 'vitest';
import { hasBrowser, type TestBrowser } from '../harness/browser.ts';
import { PageUser } from '../harness/page-user.ts';
import { password, type SceneRoom } from '../harness/room.ts';
import { withRoomAndBrowser } from '../harness/room-and-browser.ts';

/** Records the notifications and the badge that the browser shows, and lets the test hide the page. */
const record = `{
  globalThis.notified = [];
  globalThis.badge = undefined;
  globalThis.isHidden = false;
  Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
  globalThis.Notification = class extends Notification {
    static get permission() {
      return globalThis.isRefused ? 'denied' : super.permission;
    }
    static async requestPermission() {
      return this.permission;
    }
    constructor(title, options) {
      super(title, options);
      notified.push(title + ': ' + options.body);
    }
  };
  navigator.setAppBadge = async (count) => { badge = count; };
  navigator.clearAppBadge = async () => { badge = 0; };
}`;

describe.runIf(hasBrowser)('a user of the page', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  withRoomAndBrowser((both) => {
    ({ room, browser } = both);
  });

  test('is notified of private messages and mentions while the page is hidden, and sees how many they are', async () => {
    await room.register('Watcher');
    const peer = await room.enter('Peer');
    const page = await PageUser.enter(browser, room.url, 'Watcher', { firstScript: record });
    const hide = (isHidden: boolean) =>
      page.page.evaluate(`isHidden = ${isHidden}; document.dispatchEvent(new Event('visibilitychange'))`);
    // The page asks only after the user's first own message.
    expect(await page.button('Notify me').count()).toBe(0);
    await page.say('Hello');
    // The user's browser refuses, and the page says where to change that.
    await page.page.evaluate('isRefused = true');
    await page.press('Notify me');
    await page.sees(
      /^Your browser refuses notifications of this page\. To allow them, open its settings for this site/,
    );
    const hasFocus = (element: typeof page.box) => element.evaluate((one) => one.matches(':focus'));
    await expect.poll(() => hasFocus(page.button('Close'))).toBe(true);
    await page.press('Close');
    await expect.poll(() => hasFocus(page.box)).toBe(true);
    await page.page.evaluate('isRefused = false');
    await page.press('Your account');
    await page.press('Notifications');
    await page.visitor.context.grantPermissions(['notifications']);
    await page.press('Notify me');
    await expect.poll(() => hasFocus(page.box)).toBe(true);
    await peer.get('message', { to: 'Watcher', text: 'while visible' });
    await page.page.getByRole('button', { name: /^Peer.*1 unread/ }).waitFor();
    await hide(true);
    await peer.get('broadcast', { text: 'for everyone' });
    await peer.get('broadcast', { text: 'Is @watcher here?' });
    await peer.get('message', { to: 'Watcher', text: 'while hidden' });
    await expect.poll(() => page.page.title()).toBe('(4) Watcher - chat');
    const notified = () => page.page.evaluate('notified');
    await expect
      .poll(notified)
      .toEqual(['Peer has mentioned you: Is @watcher here?', 'Private message from Peer: while hidden']);
    await expect.poll(() => page.page.evaluate('badge')).toBe(4);
    await hide(false);
    await expect.poll(() => page.page.title()).toBe('(2) Watcher - chat');
    await page.talkTo('Peer');
    await expect.poll(() => page.page.evaluate('badge')).toBe(0);
    await page.leave();
    await peer.get('logout', {});
  });

  test('sees at midnight that a message is from yesterday', async () => {
    await room.register('Owl');
    const page = await PageUser.enter(browser, room.url, 'Owl');
    await page.say('Late');
    await page.sees('Late');
    await page.hasSent();
    const { clock } = page.page;
    await clock.install({ time: new Date().setHours(23, 58) });
    await page.page.reload();
    await page.log.getByText('Today').waitFor();
    expect(await page.log.getByText('Yesterday').count()).toBe(0);
    await clock.fastForward('03:00');
    await page.log.getByText('Yesterday').waitFor();
    await page.leave();
  });

  test('who is idle is logged out with a reason, and logs in again', async () => {
    await room.register('Sleeper');
    const page = await PageUser.enter(browser, room.url, 'Sleeper');
    await page.box.fill('A draft');
    await room.change('timeOut', 300);
    const told = page.page.getByText('You were inactive for 300.0 seconds and have been logged out.');
    const idle = async () => {
      room.local.clock.forward(310_000);
      await room.local.runSchedule();
      return told.count();
    };
    // A request of the page may have arrived after the first step.
    await expect.poll(idle).toBe(1);
    await room.change('timeOut', 1800);
    await page.field('Password').fill(password);
    await page.press('Log in again');
    await page.box.waitFor();
    expect(await page.box.inputValue()).toBe('A draft');
    await page.say('Awake');
    await page.sees('Awake');
    await page.leave();
  });
});
