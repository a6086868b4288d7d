import { expect, test } from 'vitest';
import { defaultSettings } from '../../protocol/admin/settings.ts';
import type { Session } from './model.ts';
import type { Room } from './ports.ts';
import { sweep } from './sweep.ts';

const sessionOf = (name: string, address: string): Session => ({
  ...{ name, displayName: name, accountId: name, connectionId: name, address },
  ...{ since: 0, activeSince: 0, detachedAt: undefined, seat: undefined, quiet: true },
});

test('the sweeper ends a session whose address is banned, which its login did not see', async () => {
  const sessions = [sessionOf('banned', '192.0.2.7'), sessionOf('member', '198.51.100.1')];
  const ended: string[] = [];
  const posted: string[] = [];
  const parts: Partial<Record<keyof Room, unknown>> = {
    clock: { now: () => 1_000, sleepUntil: async () => {} },
    state: { read: async () => ({ ...defaultSettings, bans: { '192.0.2.0/24': 0 }, online: 0, logins: 0 }) },
    seats: {
      read: async () => ({ open: true, online: 2, logins: 0, entering: new Map(), givenBack: new Map() }),
      leaving: async () => [],
      forget: async () => {},
      giveBack: async () => {},
    },
    sessions: {
      all: async () => sessions,
      end: async ({ name }: Session) => {
        ended.push(name);
        return { id: name, seats: [], count: 1, at: 1_000 };
      },
    },
    guests: { addresses: async () => [] },
    gateway: {
      isOpen: async () => true,
      close: async () => {},
      post: async (connectionId: string, frame: string) => void posted.push(`${connectionId} ${frame}`),
    },
    auditLog: () => {},
    recordMetrics: () => {},
  };
  await sweep(parts as Room);
  expect(ended).toEqual(['banned']);
  expect(posted).toEqual([expect.stringMatching(/^banned .*"kicked"/)]);
});
