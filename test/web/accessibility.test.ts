import { describe, expect, test } from 'vitest';
import { hasBrowser, type TestBrowser } from '../harness/browser.ts';
import { PageUser } from '../harness/page-user.ts';
import { password, type SceneRoom } from '../harness/room.ts';
import { withRoomAndBrowser } from '../harness/room-and-browser.ts';

const phone = { viewport: { width: 320, height: 640 }, hasTouch: true };

/** Texts that break a careless page. */
const hostile = {
  script: '<script>document.title = "broken"</script><img src=x onerror=alert(1)>',
  address: 'javascript:alert(1) data:text/html,hi https://example.com/a?b=1.',
  controls: 'bell\u0007 escape\u001b[31m null\u2400',
  override: 'abc\u202egpj.exe',
  long: 'x'.repeat(4096),
  arabic: 'مرحبا بالعالم',
  zalgo: `Z${'\u0351\u0334\u0360'.repeat(60)}algo`,
} as const;

describe.runIf(hasBrowser)('the page', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  withRoomAndBrowser((both) => {
    ({ room, browser } = both);
  });

  test('has no findings of axe in any view, in light and in dark colours', async () => {
    const [me, other] = ['Columbia', 'Hudson'];
    await room.register(me, other);
    const peer = await room.enter(other);
    await peer.get('broadcast', { text: 'Good morning: https://example.com/' });
    await peer.get('message', { to: me, text: 'Only for you' });
    const page = await PageUser.open(browser, room.url, { colorScheme: 'light', reducedMotion: 'reduce' });
    const sound = async () => {
      expect(await page.findings()).toEqual([]);
      // The rest of the page is the same in both.
      await page.page.emulateMedia({ colorScheme: 'dark' });
      expect(await page.findings('colours')).toEqual([]);
      await page.page.emulateMedia({ colorScheme: 'light' });
    };
    await page.field('Username').waitFor();
    await sound();
    await page.press('Create an account');
    await sound();
    await page.press('Delete account');
    await sound();
    await page.page.getByRole('navigation').getByRole('button', { name: 'Log in' }).click();
    await page.logIn(me, 'mistyped');
    await page.sees(/Wrong password/);
    await sound();
    await page.logIn(me);
    await page.log.waitFor();
    await page.sees('New messages');
    await page.say('Morning!');
    await page.say('/who');
    await page.sees('The other users online are:');
    await sound();
    await page.box.pressSequentially('/b');
    await page.page.getByRole('listbox').waitFor();
    await sound();
    await page.box.fill('');
    await page.talkTo(other);
    await page.press(`Options for ${other}`);
    await sound();
    await page.page.keyboard.press('Escape');
    await page.page.setViewportSize(phone.viewport);
    await sound();
    await page.press(/^Back to the conversations/);
    await sound();
    await page.press('Your account');
    await page.press('Change password');
    await page.field('Old password').waitFor();
    await sound();
    await page.press('Cancel');
    await page.press('Your account');
    await page.press('Delete account');
    await page.page.getByRole('dialog').waitFor();
    await sound();
    await page.press('Cancel');
    await page.press('Your account');
    await page.press('Notifications');
    await page.page.getByRole('region', { name: 'Notifications' }).waitFor();
    await sound();
    await room.kick(me);
    await page.sees(/^You have been removed/);
    await sound();
    await page.leave();
    await peer.get('logout', {});
  });

  test('can be used with the keyboard alone', async () => {
    await room.register('Keyboard', 'Listener');
    const listener = await room.enter('Listener');
    const page = await PageUser.open(browser, room.url);
    const { keyboard } = page.page;
    // The first field has the focus.
    await page.field('Username').waitFor();
    await keyboard.type('Keyboard');
    await keyboard.press('Tab');
    await keyboard.type(password);
    await keyboard.press('Enter');
    // The box to write in has the focus.
    await page.box.waitFor();
    await keyboard.type('With keys');
    await keyboard.press('Shift+Enter');
    await keyboard.type('only');
    await keyboard.press('Enter');
    expect(await listener.event('broadcast')).toMatchObject({ text: 'With keys\nonly' });
    const focused = () =>
      page.page.evaluate<string>(
        'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.innerText',
      );
    const isIn = (selector: string) => page.page.evaluate(`document.activeElement?.closest('${selector}') != null`);
    const walkTo = async (name: RegExp, key: 'Tab' | 'Shift+Tab') => {
      for (let steps = 0; !name.test(await focused()); steps += 1) {
        expect(steps, `steps to ${name}`).toBeLessThan(20);
        await keyboard.press(key);
      }
    };
    await listener.get('broadcast', { text: 'With a name that is a button' });
    await page.log.getByRole('button', { name: 'Listener' }).waitFor();
    // The names in the log are no stops on the way to the list.
    await walkTo(/^Listener/m, 'Shift+Tab');
    expect(await isIn('nav')).toBe(true);
    await keyboard.press('Enter');
    await page.page.getByRole('main', { name: 'Listener' }).waitFor();
    await expect.poll(focused).toBe('Message Listener');
    await keyboard.type('/bl');
    await page.page.getByRole('listbox').waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Tab');
    expect(await page.box.inputValue()).toBe('/blocklist ');
    await keyboard.press('Enter');
    await page.sees('The users you have blocked are:');
    await walkTo(/^Options for Listener/, 'Shift+Tab');
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.sees('You have blocked Listener from sending you messages.');
    expect(await focused()).toBe('Options for Listener');
    await walkTo(/^Your account/, 'Shift+Tab');
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.field('Old password').waitFor();
    await walkTo(/^Cancel/, 'Tab');
    await keyboard.press('Enter');
    // The focus is back where it was.
    await expect.poll(focused).toBe('Your account');
    await keyboard.press('Enter');
    await walkTo(/^Log out$/, 'Tab');
    await keyboard.press('Enter');
    await page.sees('You have logged out. See you again!');
    await page.leave();
  });

  test('shows hostile texts as texts, within the width of a phone', async () => {
    await room.register('Victim', 'Attacker');
    const attacker = await room.enter('Attacker');
    for (const text of Object.values(hostile)) await attacker.get('message', { to: 'Victim', text });
    const page = await PageUser.enter(browser, room.url, 'Victim', phone);
    await page.press(/^Back to the conversations/);
    // No conversation is open beside the list.
    expect(await page.page.locator('[aria-current]').count()).toBe(0);
    await page.talkTo('Everyone');
    const focused = () => page.page.evaluate<string>('document.activeElement?.getAttribute("aria-label")');
    await expect.poll(focused).toMatch(/^Back to the conversations/);
    await page.press(/^\d+ other users? online$/);
    await page.talkTo('Attacker');
    await page.sees(hostile.arabic);
    await expect.poll(() => page.messages()).toEqual(Object.values(hostile).map((text) => `Attacker: ${text}`));
    await expect.poll(() => page.page.title()).toBe('Victim - chat');
    const links = page.log.getByRole('link');
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
      'https://example.com/a?b=1',
    ]);
    expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer');
    const { scrollWidth, clientWidth } = await page.log.evaluate(({ scrollWidth, clientWidth }) => ({
      scrollWidth,
      clientWidth,
    }));
    expect(scrollWidth).toBe(clientWidth);
    expect(await page.page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    const heights = await page.log.locator('[dir=auto]').evaluateAll((all) => all.map((text) => text.clientHeight));
    // A stack of marks does not make its line higher.
    expect(heights.at(-1)).toBe(heights.at(-2));
    await page.leave();
  });
});
