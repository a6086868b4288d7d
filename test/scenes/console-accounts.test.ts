import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { TerminalDriver } from '../../client/testing/terminal-driver.ts';
import { admin, administer } from '../harness/console.ts';
import { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const run = (...args: string[]) => administer(room, ...args);

describe('unblock', () => {
  const block = async (user: string, from?: string) => {
    const client = await room.connect(from);
    for (let tries = 0; tries < 3; tries++) await client.refused('login', { user, password: 'wrongpass' });
    return client;
  };

  test('lets a user log in again at once, with all tries', async () => {
    await room.register('Google');
    const client = await block('Google');
    expect(await run('unblock', 'google')).toMatchObject({ code: 0 });
    expect(await client.refused('login', { user: 'Google', password: 'wrongpass' })).toMatchObject({
      code: 'wrong-password',
      triesLeft: 2,
    });
    await client.get('login', { user: 'Google', password });
    await client.close();
  });

  test('lifts all blocks of a name, because an attack may come from many addresses', async () => {
    await room.register('besieged');
    // More than DynamoDB returns in one page.
    const padding = 'x'.repeat(350_000);
    const addresses = Array.from({ length: 5 }, (_, i) => `192.0.2.${i}`);
    const blocks = addresses.map((address) => ({ name: 'besieged', address, version: address, tries: [], padding }));
    await room.database.putAll(
      'LoginBlocks',
      blocks.map((block) => ({ ...block, blockedUntil: Date.now() + 3_600_000 })),
    );
    expect((await run('unblock', 'besieged')).lines).toHaveLength(5);
    expect(await room.database.get('LoginBlocks', { name: 'besieged', address: '192.0.2.4' })).toBeUndefined();
  });

  test('for one address keeps the blocks from other addresses', async () => {
    await room.register('SEAS');
    const clients = [await block('SEAS', '127.0.0.2'), await block('SEAS', '127.0.0.3')];
    expect((await run('unblock', 'SEAS', '127.0.0.2')).lines).toEqual([
      'The user "SEAS" can log in from 127.0.0.2 again.',
    ]);
    expect(await run('unblock', 'SEAS', '127.0.0.2')).toMatchObject({
      code: 1,
      complaints: ['Error! SEAS is not blocked on 127.0.0.2.'],
    });
    await clients[0]?.get('login', { user: 'SEAS', password });
    expect(await clients[1]?.refused('login', { user: 'SEAS', password })).toMatchObject({ code: 'login-blocked' });
    for (const client of clients) await client.close();
    expect(await run('unblock', 'nobody')).toMatchObject({ code: 1 });
  });

  test('for an IPv6 address lifts the block of its /64 network, which the list shows', async () => {
    await room.register('Harvard');
    const listed = { name: 'harvard', address: '2001:db8:1:2::/64' };
    for (const address of [listed.address, '2001:db8:1:2:3:4:5:6', '2001:DB8:1:2::7']) {
      await room.database.putAll('LoginBlocks', [
        { ...listed, version: '1', tries: [], blockedUntil: Date.now() + 3_600_000 },
      ]);
      expect(await run('unblock', 'HARVARD', '2001:db8:1:3::7')).toMatchObject({ code: 1 });
      expect((await run('unblock', 'HARVARD', address)).lines).toEqual([
        'The user "Harvard" can log in from 2001:db8:1:2::/64 again.',
      ]);
      expect(await room.database.get('LoginBlocks', listed)).toBeUndefined();
    }
  });
});

describe('remove', () => {
  test('deletes the account of a user who is online, and blocks of that user have no effect afterwards', async () => {
    const [gone, other] = [await room.enter('windows'), await room.enter('network')];
    await other.get('block', { user: 'windows' });
    await gone.get('block', { user: 'network' });
    expect((await run('remove', 'Windows')).lines).toEqual(['The registration of "windows" has been cancelled.']);
    await gone.event('kicked');
    await gone.closed;
    expect(await other.event('logout', { user: 'windows' })).toMatchObject({ reason: 'deregistered' });
    expect(await room.database.user('windows')).toBeUndefined();
    expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
    expect(await other.get('blocklist', {})).toMatchObject({ users: [] });

    const next = await room.enter('windows');
    await next.get('message', { to: 'network', text: 'I am somebody else' });
    expect(await other.event('message')).toMatchObject({ from: 'windows' });
    await other.get('message', { to: 'windows', text: 'so you are' });
    for (const client of [next, other]) await client.close();
    expect(await run('remove', 'nobody')).toMatchObject({ code: 1, complaints: ['Error! There is no user nobody.'] });
  });

  test('of a user who logs in at the last moment ends that session first', async () => {
    await room.register('stubborn');
    const client = await room.connect();
    let tries = 0;
    onTestFinished(() => room.local.faults.reset());
    room.local.faults.beforeDynamoDb = async ({ function: caller, operation, input }) => {
      const asksForNoRestore = operation === 'TransactWriteItems' && JSON.stringify(input).includes('restoring');
      const removes = caller.startsWith('Admin') && asksForNoRestore;
      if (!removes) return undefined;
      tries += 1;
      if (tries === 1) await client.get('login', { user: 'stubborn', password });
      return undefined;
    };
    expect(await run('remove', 'stubborn')).toMatchObject({ code: 0 });
    expect(tries).toBe(2);
    await client.event('kicked');
    await client.closed;
    expect(await room.database.user('stubborn')).toBeUndefined();
    expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
  });

  test('asks for confirmation in a terminal', async () => {
    await room.register('careful');
    const { lines } = await admin(room.url, [], 'remove careful\nno\nremove careful\nyes\n');
    expect(lines).toEqual([
      'Are you sure you want to cancel the registration of careful? Enter "yes" or "no":',
      '"careful" is still registered.',
      'Are you sure you want to cancel the registration of careful? Enter "yes" or "no":',
      'The registration of "careful" has been cancelled.',
    ]);
  });
});

describe('reset-password', () => {
  test('ends the session, invalidates its token, and returns a password for one login that must set another', async () => {
    const client = await room.connect();
    await client.get('register', { user: 'wikipedia', password });
    const { token } = await client.get('login', { user: 'wikipedia', password });
    const [reset] = (await run('reset-password', 'wikipedia', '--json')).lines;
    const { password: once } = JSON.parse(reset ?? '') as { password: string };
    expect(once).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    await client.event('kicked');
    await client.closed;

    const again = await room.connect();
    expect(await again.refused('resume', { user: 'wikipedia', token })).toMatchObject({
      code: 'kicked',
      reason: 'Your password has been reset by the administrator.',
    });
    expect(await again.refused('login', { user: 'wikipedia', password })).toMatchObject({ code: 'wrong-password' });
    expect(await again.refused('login', { user: 'wikipedia', password: once })).toMatchObject({
      code: 'password-change-required',
    });
    expect(await again.refused('deregister', { user: 'wikipedia', password: once })).toMatchObject({
      code: 'password-change-required',
    });
    const kept = { user: 'wikipedia', password: once, newPassword: once };
    expect(await again.refused('login', kept)).toMatchObject({ code: 'password-change-required' });
    const short = { user: 'wikipedia', password: once, newPassword: 'short' };
    expect(await again.refused('login', short)).toMatchObject({ code: 'invalid-password', limit: 8 });
    await again.get('login', { user: 'wikipedia', password: once, newPassword: 'donation2' });
    await again.get('logout', {});
    await again.closed;

    const last = await room.connect();
    expect(await last.refused('login', { user: 'wikipedia', password: once })).toMatchObject({
      code: 'wrong-password',
    });
    await last.get('login', { user: 'wikipedia', password: 'donation2' });
    await last.close();
    expect(JSON.stringify(await room.admin({ command: 'log', since: new Date(0).toISOString() }))).not.toContain(once);
  });

  test('is answered by the terminal client with the question for a new password', async () => {
    await room.register('foobar');
    const [, once = ''] = (await run('reset-password', 'foobar')).lines;
    const typist = new TerminalDriver({ url: room.url, args: ['dist/client/chat.mjs'], columns: 120 });
    onTestFinished(() => typist.close());
    const seeLast = (row: string) => typist.see((rows) => rows.at(-2) === row && rows.at(-1) === '>>');
    await typist.see((rows) => rows.at(-1) === '>>');
    typist.enter('foobar');
    await seeLast('Please enter your password:');
    typist.enter(once);
    await seeLast('Please enter a new password:');
    expect(typist.rows).toContain('That password is good for one login. Choose another one to log in.');
    typist.enter('passpass2');
    await seeLast('Please enter it again:');
    typist.enter('passpass2');
    await typist.see((rows) => rows.some((row) => row.startsWith('Welcome to the chat room, foobar!')));
    typist.enter('logout');
    expect(await typist.exited).toBe(0);
  });

  test('that races logins with the old password leaves no session', async () => {
    for (let round = 0; round < 5; round++) {
      await room.register(`racer${round}`);
      const clients = await Promise.all(Array.from({ length: 3 }, () => RawClient.open(room.url)));
      const logins = clients.map((client) => client.ask('login', { user: `racer${round}`, password }));
      const reset = room.admin({ command: 'reset-password', user: `racer${round}` });
      // A login that was just granted may be ended before its reply.
      await Promise.allSettled(logins);
      expect(await reset).toMatchObject({ ok: true });
      expect(await room.database.presence()).toEqual([]);
      for (const client of clients) await client.close();
    }
  });
});

describe('announce', () => {
  test('is a broadcast from System: posted to all users, stored for offline users, and hidden from none', async () => {
    await room.register('away');
    const client = await room.enter('facebook');
    await client.get('block', { user: 'away' });
    const { code, lines } = await admin(room.url, [], "announce It's  late: the room closes at six\n");
    expect({ code, lines }).toEqual({
      code: 0,
      lines: ['The announcement is being sent to 1 online user. Offline users get it at their next login.'],
    });
    const text = "It's  late: the room closes at six";
    const { seq } = await client.event('broadcast');
    expect(client.events('broadcast')).toMatchObject([{ from: 'System', text, stream: 'room' }]);
    const late = await room.enter('away');
    const { messages } = await late.get('sync', {});
    expect(messages).toContainEqual(expect.objectContaining({ event: 'broadcast', from: 'System', text, seq }));
    const guest = await room.connect();
    expect(await guest.refused('register', { user: 'system', password })).toMatchObject({ code: 'invalid-user' });
    for (const one of [client, late, guest]) await one.close();
  });

  test('is refused when it is longer than a message may be, or empty', async () => {
    for (const text of ['', 'x'.repeat(4097)]) {
      expect(await room.admin({ command: 'announce', text })).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
    }
  });
});
