import { describe, expect, test } from 'vitest';
import type { Session } from './model.ts';
import { largestRoomWithNotices, noticePostsPerSecond, postNotice, smallRoom } from './notices.ts';
import type { Room } from './ports.ts';
import { mostAnnounced, Turnover, turnoverWindowMs } from './turnover.ts';

const sessionOf = (index: number): Session => ({
  ...{ name: `user${index}`, displayName: `User${index}`, accountId: `id${index}`, connectionId: `c${index}` },
  ...{
    address: '127.0.0.1',
    since: 0,
    activeSince: 0,
    detachedAt: undefined,
    tokenHash: undefined,
    seat: undefined,
    quiet: false,
  },
});

/** A room with this many users online. Its clock advances only during sleeps. */
function roomOf(online: number) {
  const posts: { to: string; event: Record<string, unknown> }[] = [];
  let now = 0;
  let logins = 0;
  let batch: { dueAt?: number; came: number; left: number } = { came: 0, left: 0 };
  let postedAt = Number.NEGATIVE_INFINITY;
  const parts: Partial<Record<keyof Room, unknown>> = {
    state: { read: async () => ({ online, logins: ++logins }) },
    turnover: new Turnover(),
    sessions: { all: async () => Array.from({ length: online }, (_, index) => sessionOf(index)) },
    gateway: {
      async post(to: string, frame: string) {
        posts.push({ to, event: JSON.parse(frame) });
        return 'sent';
      },
    },
    clock: {
      now: () => now,
      async sleepUntil(time: number) {
        await new Promise(setImmediate);
        now = Math.max(now, time);
      },
    },
    noticeBatch: {
      async add(kind: 'login' | 'logout', at: number, intervalMs: number) {
        batch[kind === 'login' ? 'came' : 'left'] += 1;
        if (batch.dueAt !== undefined) return undefined;
        batch.dueAt = Math.max(at, postedAt + intervalMs);
        return batch.dueAt;
      },
      async take(at: number) {
        const taken = batch;
        batch = { came: 0, left: 0 };
        postedAt = at;
        return taken;
      },
    },
  };
  const room = parts as Room;
  return {
    posts,
    now: () => now,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    login: (name = 'user0') => postNotice(room, { event: { type: 'event', event: 'login', user: name }, except: name }),
    logout: (name = 'user0') =>
      postNotice(room, { event: { type: 'event', event: 'logout', user: name, reason: 'logout' }, except: name }),
  };
}

describe('the other users are told', () => {
  test('of each login at once in a small room', async () => {
    const room = roomOf(smallRoom);
    await Promise.all([room.login('user1'), room.login('user2')]);
    expect(room.now()).toBe(0);
    expect(room.posts).toHaveLength(2 * (smallRoom - 1));
    expect(room.posts.filter(({ to }) => to === 'c1').map(({ event }) => event['user'])).toEqual(['user2']);
  });

  test('of a single login at once in a large room, by name', async () => {
    const room = roomOf(600);
    await room.login('user1');
    expect(room.now()).toBe(0);
    expect(room.posts).toHaveLength(599);
    expect(room.posts[0]?.event).toMatchObject({ event: 'login', user: 'user1' });
  });

  test('of many logins and logouts in a large room by one event that counts them', async () => {
    const room = roomOf(600);
    await Promise.all([...Array.from({ length: 20 }, () => room.login()), room.logout()]);
    expect(room.posts).toHaveLength(600);
    expect(room.posts[0]?.event).toMatchObject({ event: 'presence', online: 600, came: 20, left: 1 });
  });

  test('at no more posts per second than allowed, however many come', async () => {
    const room = roomOf(600);
    for (let second = 0; second < 10; second += 1) {
      await Promise.all(Array.from({ length: 100 }, () => room.login()));
    }
    // The first batch does not wait.
    expect(room.posts.length / 600 - 1).toBeGreaterThan(0);
    expect((room.posts.length - 600) / (room.now() / 1000)).toBeLessThanOrEqual(noticePostsPerSecond);
  });

  test('by name of so many logins and logouts in five minutes, of the others together, twice a minute at most', async () => {
    const room = roomOf(10);
    for (let i = 0; i < mostAnnounced; i += 1) await room.login();
    expect(room.posts).toHaveLength(mostAnnounced * 9);
    const before = room.now();
    for (let second = 0; second < 10; second += 1) await Promise.all(Array.from({ length: 20 }, () => room.login()));
    const minutes = (room.now() - before) / 60_000;
    expect(minutes).toBeGreaterThan(3);
    expect((room.posts.length - mostAnnounced * 9) / 10).toBeLessThanOrEqual(2 * minutes + 1);
    room.pass(turnoverWindowMs);
    await room.login('user1');
    expect(room.posts.at(-1)?.event).toMatchObject({ event: 'login', user: 'user1' });
  });

  test('nothing in a room so large that a batch would be late', async () => {
    const room = roomOf(largestRoomWithNotices + 1);
    await room.login();
    expect(room.posts).toEqual([]);
  });
});
