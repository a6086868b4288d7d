import { expect, test } from 'vitest';
import { defaultSettings } from '../../protocol/admin/settings.ts';
import type { Session } from './model.ts';
import type { Room } from './ports.ts';
import { sweep } from './sweep.ts';

const sessionOf = (name: string, address = '198.51.100.1'): Session => ({
  ...{ name, displayName: name, accountId: name, connectionId: name, address },
  ...{ since: 0, activeSince: 0, detachedAt: undefined, tokenHash: undefined, seat: undefined, quiet: true },
});

/** Sweeps a room with these sessions, as far as the sweeper looks at it. Says whose sessions have ended. */
async function swept(
  sessions: readonly Session[],
  now: number,
  isOpen: (ended: readonly string[]) => Promise<boolean>,
) {
  const ended: string[] = [];
  const posted: string[] = [];
  const parts: Partial<Record<keyof Room, unknown>> = {
    clock: { now: () => now, sleepUntil: async () => {} },
    state: { read: async () => ({ ...defaultSettings, bans: { '192.0.2.0/24': 0 }, online: 0, logins: 0 }) },
    seats: {
      read: async () => ({ open: true, online: 2, logins: 0, entering: new Map(), givenBack: new Map() }),
      leaving: async () => [],
      forget: async () => {},
      giveBack: async () => {},
    },
    sessions: {
      all: async () => sessions.filter(({ name }) => !ended.includes(name)),
      end: async ({ name }: Session) => {
        ended.push(name);
        return { id: name, seats: [], count: 1, at: now };
      },
    },
    connections: { find: async () => undefined },
    guests: { addresses: async () => [] },
    gateway: {
      isOpen: () => isOpen(ended),
      close: async () => {},
      post: async (connectionId: string, frame: string) => void posted.push(`${connectionId} ${frame}`),
    },
    auditLog: () => {},
    recordMetrics: () => {},
  };
  await sweep(parts as Room);
  return { ended, posted };
}

test('the sweeper ends a session whose address is banned, which its login did not see', async () => {
  const sessions = [sessionOf('banned', '192.0.2.7'), sessionOf('member')];
  const { ended, posted } = await swept(sessions, 1_000, async () => true);
  expect(ended).toEqual(['banned']);
  expect(posted).toEqual([expect.stringMatching(/^banned .*"kicked"/)]);
});

test('a session that is due ends while the connections of others are still being checked', async () => {
  const now = 2 * defaultSettings.timeOut * 1_000;
  const sessions = [sessionOf('idle'), { ...sessionOf('member'), activeSince: now }];
  const { ended, posted } = await swept(sessions, now, async (ended) => {
    await expect.poll(() => ended).toEqual(['idle']);
    return true;
  });
  expect(ended).toEqual(['idle']);
  expect(posted).toEqual([expect.stringMatching(/^idle .*"timeout"/)]);
});
