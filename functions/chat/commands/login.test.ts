import { expect, test } from 'vitest';
import type { Account } from '../model.ts';
import { hashPassword } from '../password.ts';
import type { Room } from '../ports.ts';
import { login } from './login.ts';

test('a login whose account always seems to have changed ends', async () => {
  const passwordCost = { ln: 4, r: 8, p: 1 };
  const account: Account = {
    ...{
      name: 'columbia',
      displayName: 'Columbia',
      accountId: '0a1',
      passwordHash: await hashPassword('x', passwordCost),
    },
    ...{ mustChangePassword: false, suspended: false, nameClaimed: true, announcedUntil: 0 },
    ...{ blocks: new Map<string, string>(), blockedBy: new Set<string>(), acknowledged: { inbox: 0, room: 0 } },
  };
  let begun = 0;
  const parts: Partial<Record<keyof Room, unknown>> = {
    passwordCost,
    clock: { now: () => 1_000, sleepUntil: async () => {} },
    state: { read: async () => ({ open: true, bans: {}, blockTime: 60, minPassword: 8 }) },
    accounts: { find: async () => account },
    loginTries: { find: async () => undefined, replace: async () => ({ replaced: true }) },
    strangerTries: { count: async () => undefined, takeBack: async () => {} },
    sessions: {
      begin: async () => {
        begun += 1;
        if (begun > 100) throw new Error('endless');
        return { kind: 'account-changed' };
      },
    },
  };
  const connection = {
    connectionId: 'c1',
    address: '192.0.2.1',
    lastActiveAt: 0,
    theoreticalArrivalTime: 0,
    member: undefined,
  };
  const args = { user: 'Columbia', password: 'x' };
  const prefetched = await login(parts as Room, args, connection.address);
  if (prefetched.who !== 'guest') throw new Error('login is a guest’s command');
  const call = {
    ...{ arguments: args, id: undefined, request: { again: false, confirm: async () => {} } },
    connection: { ...connection, rateLimit: { rate: 20, burst: 100 } },
  };
  await expect(prefetched.run(call)).rejects.toThrow('went on changing');
  expect(begun).toBe(6);
});
