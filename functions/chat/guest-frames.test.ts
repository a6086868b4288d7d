import { expect, test } from 'vitest';
import { answer } from './dispatch.ts';
import type { Room } from './ports.ts';
import { RateLimiters } from './rate-limiter.ts';

/** A room with one guest, whose frames are all refused. Counts the connects for which they count. */
function roomOfGuest() {
  let connects = 0;
  let theoreticalArrivalTime = 0;
  const now = 1_000;
  const parts: Partial<Record<keyof Room, unknown>> = {
    clock: { now: () => now, sleepUntil: async () => {} },
    connections: {
      find: async (connectionId: string) => ({
        ...{ connectionId, address: '192.0.2.1', lastActiveAt: 0, theoreticalArrivalTime, member: undefined },
        rateLimit: { rate: 20, burst: 100 },
      }),
      touch: async (_connection: unknown, { usedMs }: { usedMs: number }) => {
        theoreticalArrivalTime = Math.max(theoreticalArrivalTime, now) + usedMs;
      },
    },
    guests: {
      isUsedUp: () => false,
      penalize: async (_address: string, more: number) => {
        connects += more;
        return [];
      },
    },
    rateLimiters: new RateLimiters(),
    auditLog: () => {},
  };
  const send = async (frame: object): Promise<string> => {
    const incoming = { connectionId: 'c1', address: '192.0.2.1', frame: JSON.stringify(frame), requestId: 'r1' };
    const { error } = JSON.parse((await answer(parts as Room, {}, incoming)) ?? '{}');
    return error.code;
  };
  return { send, connects: () => connects };
}

test("a member's command counts as one connect, because it is on its way when a session ends", async () => {
  const { send, connects } = roomOfGuest();
  expect(await send({ action: 'whoelse' })).toBe('not-logged-in');
  expect(connects()).toBe(1);
  expect(await send({ action: 'dance' })).toBe('unknown-action');
  expect(connects()).toBe(5);
});

test('a large frame is measured in bytes', async () => {
  const { send } = roomOfGuest();
  const large = { action: 'dance', text: '\u00e9'.repeat(20_000) };
  const codes = [await send(large), await send(large), await send(large)];
  expect(codes).toEqual(['unknown-action', 'unknown-action', 'rate-limited']);
});
