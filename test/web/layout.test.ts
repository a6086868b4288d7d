import { describe, expect, test } from 'vitest';
import { hasBrowser, type TestBrowser } from '../harness/browser.ts';
import { PageUser } from '../harness/page-user.ts';
import type { SceneRoom } from '../harness/room.ts';
import { withRoomAndBrowser } from '../harness/room-and-browser.ts';

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe.runIf(hasBrowser)('the page', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  withRoomAndBrowser((both) => {
    ({ room, browser } = both);
  });

  /** Waits until the page shows this conversation, or the list `Conversations`, and no other. */
  const isAt = ({ page }: PageUser, name: string) =>
    expect
      .poll(() => page.getByRole('main').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))))
      .toEqual([name]);

  /** Names of what cannot be reached without scrolling sideways, or is cut off. */
  const cutOff = ({ page }: PageUser) =>
    page.evaluate<string[]>(`[
      ...(document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : []),
      ...[...document.querySelectorAll('button, input, textarea, h1')].filter((one) => one.checkVisibility()).flatMap((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const isInside = left >= 0 && right <= innerWidth && (one.closest('.log, .sidebar-lists') || (top >= 0 && bottom <= innerHeight));
        return isInside || one.closest('.unseen, .entrance') ? [] : [one.ariaLabel ?? one.textContent];
      }),
    ]`);

  test('returns to what was shown before at the back gesture of a phone', async () => {
    await room.register('Phone');
    const friend = await room.enter('Friend');
    await friend.get('message', { to: 'Phone', text: 'Only for you' });
    const page = await PageUser.enter(browser, room.url, 'Phone', phone);
    const back = () => page.page.goBack();
    await page.say('/message Friend Hello');
    await isAt(page, 'Friend');
    await back();
    await isAt(page, 'Everyone');
    await page.press(/^Back to the conversations/);
    await page.talkTo('Friend');
    await page.page.reload();
    await page.sees('Only for you');
    // The button goes back in the history, too.
    await page.press(/^Back to the conversations/);
    await isAt(page, 'Conversations');
    page.visitor.expectProblem(/WebSocket|net::ERR_/);
    await page.page.context().setOffline(true);
    const lost = page.page.getByRole('main', { name: 'Conversations' }).getByText(/^The connection was lost/);
    await lost.waitFor();
    await page.page.context().setOffline(false);
    await lost.waitFor({ state: 'detached' });
    await page.talkTo('Friend');
    await back();
    await isAt(page, 'Conversations');
    await back();
    await isAt(page, 'Everyone');
    // The next user of this tab does not get into the conversations of the last one.
    await page.say('/message Friend Bye');
    await isAt(page, 'Friend');
    await page.say('/logout');
    await room.register('Second');
    await page.logIn('Second');
    await isAt(page, 'Everyone');
    await back();
    await isAt(page, 'Everyone');
    await page.press(/^Back to the conversations/);
    await expect.poll(() => page.page.getByRole('button', { name: /^Friend/ }).count()).toBe(1);
    await page.leave();
    await friend.get('logout', {});
  });

  test('shows the end of the conversation when a phone is turned, and turned back', async () => {
    await room.register('Turner');
    const writer = await room.enter('Writer');
    const page = await PageUser.enter(browser, room.url, 'Turner', phone);
    for (let i = 1; i <= 40; i += 1) await writer.get('broadcast', { text: `Line ${i}` });
    await page.sees('Line 40');
    await page.press(/^Back to the conversations/);
    await page.page.setViewportSize({ width: 844, height: 390 });
    await expect.poll(() => page.page.getByRole('navigation', { name: 'Conversations' }).isVisible()).toBe(true);
    await expect.poll(() => isInView(page)).toBe(true);
    expect(await cutOff(page)).toEqual([]);
    await page.page.setViewportSize(phone.viewport);
    await isAt(page, 'Everyone');
    await expect.poll(() => isInView(page)).toBe(true);
    await page.leave();
    await writer.get('logout', {});
  });

  test('loses nothing at a zoom of 200 %, and mirrors itself for writing from right to left', async () => {
    await room.register('Zoomer');
    const peer = await room.enter('A-very-long-user-name-of-32-char');
    await peer.get('broadcast', { text: 'مرحبا، hello!' });
    // 1280 by 720 pixels.
    const zoomed = { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 };
    const page = await PageUser.open(browser, room.url, zoomed);
    await page.field('Username').waitFor();
    expect(await cutOff(page)).toEqual([]);
    await page.logIn('Zoomer');
    await page.sees('مرحبا، hello!');
    expect(await cutOff(page)).toEqual([]);
    // A few lines of the conversation are left.
    expect((await page.log.boundingBox())?.height).toBeGreaterThan(100);
    await page.press(/^Back to the conversations/);
    await isAt(page, 'Conversations');
    expect(await cutOff(page)).toEqual([]);
    await page.press('Your account');
    await page.press('Change password');
    await page.field('Old password').waitFor();
    expect(await cutOff(page)).toEqual([]);
    await page.press('Cancel');

    await page.page.setViewportSize({ width: 1280, height: 720 });
    const direction = (element: string) => page.page.evaluate(`getComputedStyle(${element}).direction`);
    expect(await direction(`[...document.querySelectorAll('.message-text')].at(-1)`)).toBe('rtl');
    expect(await direction(`document.querySelector('.message-heading')`)).toBe('ltr');
    await page.box.fill('שלום');
    expect(await direction(`document.querySelector('textarea')`)).toBe('rtl');
    await page.page.evaluate(`document.documentElement.dir = 'rtl'`);
    const [list, conversation] = await Promise.all(
      [page.page.locator('aside'), page.page.locator('main')].map((one) => one.boundingBox()),
    );
    expect(conversation?.x).toBe(0);
    expect(list?.x).toBe(conversation?.width);
    expect(await cutOff(page)).toEqual([]);
    await page.leave();
    await peer.get('logout', {});
  });
});

/** Whether the last line is above the box to write in. */
async function isInView(page: PageUser): Promise<boolean> {
  const [line, box] = [
    await page.log.getByText('Line 40', { exact: true }).boundingBox(),
    await page.box.boundingBox(),
  ];
  return line !== null && box !== null && line.y > 0 && line.y + line.height <= box.y;
}
