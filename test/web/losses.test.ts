import { describe, expect, test } from 'vitest';
import { hasBrowser, type TestBrowser } from '../harness/browser.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { removeFolder, temporaryFolder } from '../harness/ending.ts';
import { PageUser } from '../harness/page-user.ts';
import { RawClient } from '../harness/raw-client.ts';
import { password, type SceneRoom } from '../harness/room.ts';
import { withRoomAndBrowser } from '../harness/room-and-browser.ts';
import { startRoomProcess } from '../harness/room-process.ts';
import { TcpRelay } from '../harness/tcp-relay.ts';

const portOf = (url: string) => Number(new URL(url).port);

/** Chromium reports each connection that fails. */
const lost = /WebSocket|net::ERR_/;

/** Shortens the page's timers of more than an hour, so that it hands its connection over twice a second. */
const hurried = `{
  const { setTimeout } = globalThis;
  const hour = 3_600_000;
  globalThis.setTimeout = (callback, wait, ...rest) => setTimeout(callback, wait > hour ? wait / 12_000 : wait, ...rest);
}`;

/** Records every text about the state of the connection, however short. */
const recordStates = `{
  globalThis.states = [];
  new MutationObserver(() => {
    const text = document.querySelector('[role=status]')?.textContent;
    if (text) states.push(text);
  }).observe(document, { childList: true, subtree: true, characterData: true });
}`;

describe.runIf(hasBrowser)('the page', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  withRoomAndBrowser((both) => {
    ({ room, browser } = both);
  });

  test('shows 200 messages once and in order while the network is cut ten times', { timeout: 180_000 }, async () => {
    const each = 100;
    const times = 5;
    await room.register('Columbia', 'Hudson');
    const network = await TcpRelay.open(portOf(room.url));
    const users = await Promise.all(['Columbia', 'Hudson'].map((user) => PageUser.enter(browser, network.url, user)));
    for (const { visitor } of users) visitor.expectProblem(lost);
    const [columbia] = users;
    for (let time = 0; time < times; time += 1) {
      const start = (time * each) / times;
      const linesOf = (index: number) => Array.from({ length: each / times }, (_, i) => `${index} ${start + i}`);
      const talking = Promise.all(users.map((user, index) => user.sayAll(linesOf(index))));
      // Once while both are talking, and again as soon as the connection is back.
      await columbia?.log.getByText(`1 ${start + 1}`, { exact: true }).waitFor();
      for (const _ of ['once', 'again']) {
        const isLost = columbia?.page.getByText('The connection was lost. Reconnecting …');
        network.cut();
        await isLost?.waitFor();
        network.mend();
        await Promise.all(users.map(({ page }) => page.evaluate(`dispatchEvent(new Event('online'))`)));
        await isLost?.waitFor({ state: 'detached' });
      }
      await talking;
    }
    for (const user of users) {
      await expect.poll(async () => (await user.messages()).length, { timeout: 90_000 }).toBe(2 * each);
      await user.hasSent();
      // The user saw what was missed during a loss as it came.
      expect(await user.page.title()).not.toMatch(/^\(/);
      expect(await user.page.getByText('New messages').count()).toBe(0);
    }
    const [first = [], second = []] = await Promise.all(users.map((user) => user.messages()));
    expect(first).toEqual(second);
    for (const [index, author] of ['Columbia', 'Hudson'].entries()) {
      const own = first.filter((line) => line.startsWith(author));
      expect(own).toEqual(Array.from({ length: each }, (_, i) => `${author}: ${index} ${i}`));
    }
    await Promise.all(users.map((user) => user.leave()));
    await network.close();
  });

  test('moves to a new connection before API Gateway ends the old one, without a word', async () => {
    await room.register('Columbia-2', 'Hudson-2');
    const page = await PageUser.enter(browser, room.url, 'Columbia-2', { firstScript: hurried });
    await page.page.evaluate(recordStates);
    const terminal = await ChatProcess.enter(room.url, 'Hudson-2');
    await page.talkTo('Hudson-2');
    const connections = () => page.visitor.requests.filter((url) => url.startsWith('ws:')).length;
    const heard: string[] = [];
    const before = connections();
    for (let said = 1; connections() < before + 3; said += 1) {
      terminal.type(`message Columbia-2 terminal ${said}`);
      await page.say(`page ${said}`);
      await Promise.all([
        terminal.sees(`Columbia-2(private): page ${said}`),
        page.log.getByText(`terminal ${said}`, { exact: true }).waitFor(),
      ]);
      heard.push(`terminal ${said}`);
    }
    await page.hasSent();
    const messages = await page.messages();
    const of = (name: string) => messages.filter((line) => line.startsWith(name)).map((line) => line.split(': ')[1]);
    expect(of('Hudson-2')).toEqual(heard);
    expect(of('Columbia-2')).toEqual(heard.map((text) => text.replace('terminal', 'page')));
    expect(terminal.lines.filter((line) => line.startsWith('Columbia-2(private)'))).toHaveLength(heard.length);
    expect(await page.page.evaluate('states')).toEqual([]);
    expect(terminal.lines.filter((line) => /has (just )?logged (in|out)/.test(line))).toEqual([]);
    await page.leave();
    await terminal.quit();
  });

  test('goes on after the room was killed and started again', async () => {
    const folder = temporaryFolder('chat-web-');
    const first = await startRoomProcess(folder);
    const guest = await RawClient.open(first.url);
    await guest.get('register', { user: 'Survivor', password });
    const network = await TcpRelay.open(portOf(first.url));
    const page = await PageUser.enter(browser, network.url, 'Survivor');
    page.visitor.expectProblem(lost);
    await page.say('Before the power cut');
    await page.sees('Before the power cut');
    await page.hasSent();
    network.cut();
    await first.killHard();
    await page.sees('The connection was lost. Reconnecting …');
    await page.say('During it');
    const second = await startRoomProcess(folder);
    network.mend(portOf(second.url));
    await page.page.getByText('The connection was lost.').waitFor({ state: 'detached', timeout: 60_000 });
    await page.hasSent();
    expect(await page.messages()).toEqual(['Survivor: Before the power cut', 'Survivor: During it']);
    await page.leave();
    await network.close();
    await second.stop();
    await removeFolder(folder);
  });

  test('is taken over by a terminal, and takes over', async () => {
    await room.register('Traveller', 'Friend');
    const page = await PageUser.enter(browser, room.url, 'Traveller');
    await page.say('Here first');
    await page.sees('Here first');
    await page.hasSent();
    const terminal = new ChatProcess(room.url, { args: ['--user', 'Traveller', '--take-over'] });
    terminal.type(password);
    await terminal.sees('Welcome to the chat room, Traveller! You are now logged in.');
    await page.sees('You have logged in from somewhere else, so this connection was closed.');
    // What the user was typing does not go into the field for the password.
    await page.page.keyboard.type('said too late');
    expect(await page.field('Password').inputValue()).toBe('');
    // Only the terminal is shown these.
    const friend = await room.enter('Friend');
    const { seq } = await friend.get('broadcast', { text: 'While you were away' });
    await friend.get('message', { to: 'Traveller', text: 'For you alone' });
    await terminal.sees('Friend(broadcast): While you were away');
    await terminal.sees('Friend(private): For you alone');
    await expect.poll(() => room.database.user('traveller')).toMatchObject({ inboxAcked: 1, roomAcked: seq });
    await page.field('Password').fill(password);
    await page.press('Continue here instead');
    await terminal.sees('You have logged in from somewhere else, so this connection was closed.');
    await page.say('Here again');
    await expect
      .poll(async () => (await page.messages()).slice(-3))
      .toEqual(['Traveller: Here first', 'Friend: While you were away', 'Traveller: Here again']);
    await page.talkTo('Friend');
    await expect.poll(() => page.messages()).toEqual(['Friend: For you alone']);
    await page.talkTo('Everyone');
    await friend.get('logout', {});
    // A second page asks first.
    const other = await PageUser.open(browser, room.url);
    await other.logIn('Traveller');
    await other.sees(/^You are logged in elsewhere since/);
    await other.sees(/If you continue here, the other window is logged out.$/);
    await other.press('Continue here instead');
    await other.log.waitFor();
    await page.sees('You have logged in from somewhere else, so this connection was closed.');
    await Promise.all([page.leave(), other.leave()]);
  });

  test('says why a session has ended, and logs in again', async () => {
    await room.register('Kicked');
    const page = await PageUser.enter(browser, room.url, 'Kicked');
    await page.say('Hello');
    await page.sees('Hello');
    await page.hasSent();
    await room.kick('Kicked');
    await page.sees('You have been removed from the chat room. The administrator gave no reason.');
    expect((await page.messages()).slice(-1)).toEqual(['Kicked: Hello']);
    await page.field('Password').fill('mistyped');
    await page.press('Log in again');
    await page.sees('Wrong password. You have 2 more tries.');
    await page.field('Password').fill(password);
    await page.press('Log in again');
    await page.say('Back');
    await expect.poll(async () => (await page.messages()).slice(-2)).toEqual(['Kicked: Hello', 'Kicked: Back']);
    await page.hasSent();
    const gone = await room.enter('Gone');
    await page.button(/^Gone/).waitFor();
    // A room that is stopped and opened again takes the page back without a word.
    await room.admin({ command: 'stop', message: 'New version' });
    await page.sees('The chat room has been stopped. New version. You will be reconnected when it opens again.');
    page.visitor.expectProblem(lost);
    await room.admin({ command: 'start' });
    await page.page.getByText('has been stopped').waitFor({ state: 'detached', timeout: 60_000 });
    // The page asks who has come back.
    await page.button(/^Gone/).waitFor({ state: 'detached' });
    await gone.close();
    await page.say('Once more');
    await page.sees('Once more');
    // The browser says that the network is gone. The page shows that at once, and not after a late answer.
    await page.page.evaluate(recordStates);
    await page.page.evaluate(`dispatchEvent(new Event('offline'))`);
    await expect.poll(() => page.page.evaluate('states')).toContain('The connection was lost. Reconnecting …');
    await page.say('Online again');
    await expect.poll(async () => (await page.messages()).at(-1)).toBe('Kicked: Online again');
    await page.hasSent();
    await page.leave();
  });
});
