import { describe, expect, test } from 'vitest';
import { hasBrowser, type TestBrowser } from '../harness/browser.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { PageUser } from '../harness/page-user.ts';
import type { SceneRoom } from '../harness/room.ts';
import { withRoomAndBrowser } from '../harness/room-and-browser.ts';

/** Lets a test hold what the room sends, as a slow network does, until the page is left. */
const holdable = `{
  globalThis.isHeld = false;
  const { addEventListener } = WebSocket.prototype;
  WebSocket.prototype.addEventListener = function (type, listener, ...rest) {
    const heard = type === 'message' ? (event) => isHeld || listener(event) : listener;
    addEventListener.call(this, type, heard, ...rest);
  };
}`;

describe.runIf(hasBrowser)('users who come back to the page', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  withRoomAndBrowser((both) => {
    ({ room, browser } = both);
  });

  test('reload the page without losing the session, a draft, or what they have sent', async () => {
    await room.register('Reloader', 'Watcher');
    const watcher = await ChatProcess.enter(room.url, 'Watcher');
    const page = await PageUser.enter(browser, room.url, 'Reloader', { firstScript: holdable });
    await watcher.sees(/"Reloader" has just logged in/);
    await page.talkTo('Watcher');
    await page.say('Before the reload');
    await watcher.sees('Reloader(private): Before the reload');
    await page.sees('Only you and Watcher can read what you say here.');
    await page.box.fill('A draft');
    await page.page.reload();
    await page.sees('Before the reload');
    expect(await page.box.inputValue()).toBe('A draft');
    await page.box.press('Enter');
    await watcher.sees('Reloader(private): A draft');
    // A pasted text of several lines is never a command, also not after a reload.
    await page.page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', '/logout\\nthen this');
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    }`);
    await page.box.fill('/logout\nthen this');
    await page.page.reload();
    await page.box.press('Enter');
    await watcher.sees('Reloader(private): /logout\\nthen this');
    await page.hasSent();
    // The room has a text, and its reply does not reach the page before the reload.
    await page.page.evaluate('isHeld = true');
    await page.say('Said once');
    await watcher.sees('Reloader(private): Said once');
    await page.page.reload();
    await page.sees('Only you and Watcher can read what you say here.');
    await expect.poll(() => page.button('Send again').count()).toBe(0);
    expect((await page.messages()).filter((line) => line === 'Reloader: Said once')).toHaveLength(1);
    expect(watcher.lines.filter((line) => line.includes('Reloader" has just')).length).toBe(1);
    await page.leave();
    await watcher.quit();
  });

  test('keep after a reload what they have not read, and the order of what both have said', async () => {
    await room.register('Busy', 'Patient');
    const patient = await room.enter('Patient');
    const page = await PageUser.enter(browser, room.url, 'Busy');
    for (let i = 1; i <= 3; i += 1) {
      // A conversation, whatever the case of the name.
      await page.say(`/message ${i === 2 ? 'PATIENT' : 'Patient'} question ${i}`);
      await patient.event('message');
      await patient.get('message', { to: 'Busy', text: `answer ${i}` });
      await page.sees(`answer ${i}`);
    }
    const said = [1, 2, 3].flatMap((i) => [`Busy: question ${i}`, `Patient: answer ${i}`]);
    expect(await page.messages()).toEqual(said);
    await page.talkTo('Everyone');
    for (const text of ['first', 'second']) await patient.get('message', { to: 'Busy', text });
    const unread = page.page.getByRole('button', { name: /^Patient.*2 unread/ });
    await unread.waitFor();
    await page.page.reload();
    await unread.waitFor();
    await expect.poll(() => page.page.title()).toBe('(2) Busy - chat');
    await page.say('/logout');
    await page.logIn('Busy');
    await unread.waitFor();
    await page.talkTo('Patient');
    await page.sees('New messages');
    const all = [...said, 'Patient: first', 'Patient: second'];
    await expect.poll(() => page.messages()).toEqual(all);
    await page.page.reload();
    await expect.poll(() => page.messages()).toEqual(all);
    expect(await page.page.title()).toBe('Busy - chat');
    expect(await page.page.getByRole('button', { name: /unread/ }).count()).toBe(0);
    await page.leave();
    await patient.get('logout', {});
  });

  test('find what both have said after a new login, in another browser, and after a reload', async () => {
    await room.register('Nora', 'Otto', 'Pia');
    const otto = await room.enter('Otto');
    const page = await PageUser.enter(browser, room.url, 'Nora');
    await page.talkTo('Otto');
    await page.say('one');
    await otto.event('message', { text: 'one' });
    await otto.get('message', { to: 'Nora', text: 'two' });
    await page.sees('two');
    await page.say('three');
    await otto.event('message', { text: 'three' });
    const said = ['Nora: one', 'Otto: two', 'Nora: three'];
    await expect.poll(() => page.messages()).toEqual(said);
    // She has not answered, and is not online: only the writer knows of this conversation.
    await page.say('/message Pia Are you there?');
    await page.sees('Pia gets this at the next login');
    await page.page.reload();
    await expect.poll(() => page.messages()).toEqual(['Nora: Are you there?']);
    await page.talkTo('Otto');
    await expect.poll(() => page.messages()).toEqual(said);
    await page.say('/logout');
    await page.logIn('Nora');
    await page.talkTo('Otto');
    await expect.poll(() => page.messages()).toEqual(said);
    await page.say('/logout');
    await page.field('Username').waitFor();
    const other = await PageUser.enter(browser, room.url, 'Nora');
    await other.talkTo('Otto');
    await expect.poll(() => other.messages()).toEqual(said);
    await other.say('four');
    await otto.event('message', { text: 'four' });
    await otto.get('message', { to: 'Nora', text: 'five' });
    await expect.poll(() => other.messages()).toEqual([...said, 'Nora: four', 'Otto: five']);
    await other.say('/message PIA Hello?');
    await expect.poll(() => other.messages()).toEqual(['Nora: Are you there?', 'Nora: Hello?']);
    await other.leave();
    await page.leave();
    await otto.get('logout', {});
  });
});
