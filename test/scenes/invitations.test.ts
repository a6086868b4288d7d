import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { TerminalDriver } from '../../client/testing/terminal-driver.ts';
import { administer } from '../harness/console.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());
beforeEach(() => room.change('registration', 'invite'));

interface Invited {
  readonly code: string;
  readonly id: string;
}

async function invite(uses = 1): Promise<Invited> {
  const { code, id } = await room.admin({ command: 'invite', uses });
  return { code: String(code), id: String(id) };
}

const invites = async () => (await room.admin({ command: 'invites' }))['invitations'];

describe('registration', () => {
  test('needs an invitation, which is good for as many accounts as it says', async () => {
    const client = await room.connect();
    const first = { user: 'Columbia', password };
    expect(await client.refused('register', first)).toMatchObject({ code: 'invitation-required' });
    expect(await client.refused('register', { ...first, invite: 'guess' })).toMatchObject({
      code: 'invalid-invitation',
    });
    const { code, id } = await invite(2);
    // People type codes as they like.
    await client.get('register', { ...first, invite: ` ${code.toUpperCase()} ` });
    expect(await invites()).toContainEqual(expect.objectContaining({ id, usesLeft: 1 }));
    await client.get('register', { user: 'SEAS', password, invite: code });
    const third = { user: 'network', password, invite: code };
    expect(await client.refused('register', third)).toMatchObject({ code: 'invalid-invitation' });
    expect(await invites()).not.toContainEqual(expect.objectContaining({ id }));
    await client.get('login', first);
    await client.close();
  });

  test('that is refused leaves the invitation as it was, and an uninvited guest learns nothing about names', async () => {
    const { code, id } = await invite();
    const client = await room.connect();
    await client.get('register', { user: 'windows', password, invite: code });
    const other = await invite();
    expect(await client.refused('register', { user: 'windows', password })).toMatchObject({
      code: 'invitation-required',
    });
    for (const refused of [
      { user: 'windows', password },
      { user: 'a b', password },
      { user: 'wikipedia', password: 'short' },
    ]) {
      await client.refused('register', { ...refused, invite: other.code });
    }
    expect(await invites()).toContainEqual(expect.objectContaining({ id: other.id, usesLeft: 1 }));
    expect(await invites()).not.toContainEqual(expect.objectContaining({ id }));
    await client.close();
  });

  test('with one invitation by twelve at once gives as many accounts as it has uses', async () => {
    const { code } = await invite(5);
    const clients = await Promise.all(Array.from({ length: 12 }, () => room.connect()));
    const replies = await Promise.all(
      clients.map((client, i) => client.ask('register', { user: `racer${i}`, password, invite: code })),
    );
    expect(replies.filter((reply) => reply.ok)).toHaveLength(5);
    expect(replies.filter((reply) => reply.error?.code === 'invalid-invitation')).toHaveLength(7);
    await Promise.all(clients.map((client) => client.close()));
  });

  test('is refused with an expired or revoked invitation', async () => {
    const [expired, revoked] = [await invite(), await invite()];
    const item = (await room.database.all('LoginBlocks')).find(({ address }) => String(address).startsWith(expired.id));
    await room.database.set('LoginBlocks', { name: item?.['name'], address: item?.['address'] }, { expiresAt: 1 });
    expect(await room.admin({ command: 'revoke', invitation: revoked.code })).toMatchObject({ id: revoked.id });
    expect(await room.admin({ command: 'revoke', invitation: revoked.id })).toMatchObject({
      error: { code: 'no-such-invitation' },
    });
    const client = await room.connect();
    for (const { code } of [expired, revoked]) {
      const refusal = await client.refused('register', { user: 'late', password, invite: code });
      expect(refusal).toMatchObject({ code: 'invalid-invitation' });
    }
    await client.close();
  });

  test('that is closed is closed to invited users, too; the administrator can still add one', async () => {
    const { code } = await invite();
    await room.change('registration', 'closed');
    const client = await room.connect();
    expect(await client.refused('register', { user: 'foobar', password, invite: code })).toMatchObject({
      code: 'registration-closed',
    });
    const added = (await room.admin({ command: 'add-user', user: 'Foobar' })) as { password: string };
    const login = { user: 'foobar', password: added.password };
    expect(await client.refused('login', login)).toMatchObject({ code: 'password-change-required' });
    expect(await client.get('login', { ...login, newPassword: password })).toMatchObject({ user: 'Foobar' });
    expect(await room.admin({ command: 'add-user', user: 'FOOBAR' })).toMatchObject({ error: { code: 'user-exists' } });
    expect(await room.admin({ command: 'add-user', user: 'a b' })).toMatchObject({ error: { code: 'invalid-user' } });
    await client.close();
  });

  test('codes are stored as hashes, and not logged', async () => {
    const { code } = await invite();
    await room.admin({ command: 'revoke', invitation: code });
    const { code: kept } = await invite();
    const stored = JSON.stringify(await room.database.all('LoginBlocks'));
    const log = JSON.stringify(await room.admin({ command: 'log', since: new Date(0).toISOString() }));
    for (const secret of [code, kept]) {
      expect(stored).not.toContain(secret);
      expect(log).not.toContain(secret);
    }
  });
});

describe('a new room', () => {
  const registrationOf = async (one: SceneRoom) =>
    ((await one.admin({ command: 'settings' })) as { settings: { registration: string } }).settings.registration;

  test('on AWS begins with invitations; one of an earlier version stays open', async () => {
    const deployed = await openRoom({ roomKind: 'deployed', floodLimit: true });
    await (await deployed.connect()).close();
    expect(await registrationOf(deployed)).toBe('invite');
    await deployed.database.unset('Room', { room: 'room' }, 'registration');
    expect(await registrationOf(deployed)).toBe('open');
    await deployed.register('Harvard');
    await deployed.close();
  });
});

describe('the console', () => {
  test('makes, lists and revokes invitations', async () => {
    const { lines } = await administer(room, 'invite', '--uses', '2', '--days', '1');
    const [, code = ''] = lines;
    expect(lines[0]).toMatch(/^2 users can register with this code until \S+\. It is not shown again:$/);
    const list = (await administer(room, 'invites')).lines;
    expect(list[0]).toBe('[admin] Invitations:');
    expect(list.join('\n')).toMatch(/^[\w-]{8}: 2 users until /m);
    expect((await administer(room, 'revoke', code)).lines[0]).toMatch(/^The invitation [\w-]{8} has been revoked\.$/);
    expect(await administer(room, 'revoke', code)).toMatchObject({ code: 1 });
    expect(await administer(room, 'invite', '--uses', '0')).toMatchObject({ code: 1 });
  });

  test('adds a user', async () => {
    const { lines } = await administer(room, 'add-user', 'csee4119');
    expect(lines[1]).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
  });
});

test('the terminal client asks for an invitation and tells the rule for passwords before one is typed', async () => {
  const { code } = await invite();
  const typist = new TerminalDriver({ url: room.url, args: ['dist/client/chat.mjs'], columns: 120 });
  onTestFinished(() => typist.close());
  const answer = async (question: string, typed: string) => {
    await typist.see((rows) => rows.at(-2) === question && rows.at(-1) === '>>');
    typist.enter(typed);
  };
  await answer('Please enter your username (or "register", "de-register" or "quit"):', 'register');
  await answer('Please enter a new username:', 'facebook');
  const question = 'Please enter the code of your invitation (or nothing to go back):';
  await answer(question, 'wrong');
  await typist.see((rows) => rows.some((row) => row.startsWith('That invitation is not valid')));
  await answer(question, code);
  await typist.see((rows) => rows.at(-2) === 'Please enter a new password:');
  expect(typist.rows.at(-3)).toMatch(/Enter nothing to go back\.$/);
  await answer('Please enter a new password:', 'short');
  await typist.see((rows) => rows.includes('That is too short.'));
  await answer('Please enter a new password:', password);
  await answer('Please enter it again:', password);
  await typist.see((rows) => rows.includes('You have registered "facebook". You can now log in.'));
});
