import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());
beforeEach(() => room.change('nameReservation', 0));

const register = async (user: string) => {
  const client = await room.connect();
  const reply = await client.ask('register', { user, password });
  await client.close();
  return reply.error?.code ?? 'ok';
};

const deregister = async (user: string) => {
  const client = await room.connect();
  await client.get('deregister', { user, password });
  await client.close();
};

test.each([
  ['Ilija', 'lIija', '1lija'],
  ['Otto', '0tto', 'ott0'],
  ['Mona', 'rnona', 'RNONA'],
  ['Columbia', 'Columbia.', 'columbia-_.'],
])('names that look like %s are refused', async (name, ...others) => {
  expect(await register(name)).toBe('ok');
  for (const other of others) expect(await register(other), other).toBe('user-exists');
  expect(await room.admin({ command: 'add-user', user: others[0] })).toMatchObject({ error: { code: 'user-exists' } });
  // Its owner gives it up, and with it the names that look like it.
  await deregister(name);
  expect(await register(others[0] ?? '')).toBe('ok');
});

test.each([
  ...['admin', 'Adm1n', 'root', 'r00t', 'system.', 'Moderator', 'the-admin', 'system.bot'],
  ...['TheAdmin', 'AdminBot', 'admin2', 'root007', 'sys.tem', 'Officia1'],
])('the name %s is refused, because it claims authority', async (name) => {
  expect(await register(name)).toBe('invalid-user');
});

test('the administrator may add a user whose name claims authority, and an older account with one still logs in', async () => {
  expect(await room.admin({ command: 'add-user', user: 'Support' })).toMatchObject({ ok: true });
  await room.register('reader');
  const item = await room.database.user('reader');
  await room.database.putAll('Users', [{ ...item, name: 'operator', displayName: 'operator', accountId: 'old' }]);
  await (await room.enter('operator')).close();
});

describe('a name that was given up or removed', () => {
  test('is free at once with NAME_RESERVATION 0', async () => {
    await room.register('windows');
    await deregister('windows');
    expect(await register('windows')).toBe('ok');
  });

  test('stays reserved for NAME_RESERVATION days, except for the administrator', async () => {
    await room.change('nameReservation', 30);
    await room.register('Google', 'facebook');
    await deregister('Google');
    await room.admin({ command: 'remove', user: 'facebook' });
    for (const name of ['google', 'G00gle', 'FACEBOOK']) expect(await register(name), name).toBe('user-exists');
    expect(await room.admin({ command: 'add-user', user: 'Facebook' })).toMatchObject({ ok: true });
    await room.database.set('LoginBlocks', { name: '+names', address: 'google' }, { reservedUntil: Date.now() - 1 });
    expect(await register('google')).toBe('ok');
  });
});

test('an account of an earlier version claims its name at the next login', async () => {
  await room.register('Harvard');
  await room.database.remove('LoginBlocks', { name: '+names', address: 'harvard' });
  await room.database.unset('Users', { name: 'harvard' }, 'nameClaimed');
  const client = await room.enter('Harvard');
  expect(await register('harvard.')).toBe('user-exists');
  await client.close();
});

test('of two accounts of an earlier version that look alike both still log in, and one can be deleted', async () => {
  await room.register('Stanford');
  const { nameClaimed: _, ...item } = (await room.database.user('stanford')) ?? {};
  await room.database.putAll('Users', [{ ...item, name: 'stanf0rd', displayName: 'stanf0rd', accountId: 'second' }]);
  for (const name of ['Stanford', 'stanf0rd', 'Stanford']) await (await room.enter(name)).close();
  await deregister('stanf0rd');
  // The other account keeps the claim.
  expect(await register('stanf0rd')).toBe('user-exists');
  await (await room.enter('Stanford')).close();
});
