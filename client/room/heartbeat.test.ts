import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Heartbeat } from './heartbeat.ts';
import { defaultTiming } from './timing.ts';

const second = 1000;
const hour = 3600 * second;
const [idleLimit, mostSilence] = [600 * second, 75 * second];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A heartbeat, and a peer that answers at once until it vanishes. */
class Peer {
  readonly sent = { frames: 0, pings: 0 };
  readonly heartbeat: Heartbeat;
  diedAt: number | undefined;
  /** The longest time (ms) without a message. */
  longestIdle = 0;
  #lastMessageAt = performance.now();

  constructor(answers: { frames: boolean; pings: boolean }, sendsFrames = true) {
    this.answers = answers;
    const pingFrame = () => {
      this.sent.frames += 1;
      if (this.answers.frames) setTimeout(() => this.heartbeat.pongFrame(), 10);
    };
    this.heartbeat = new Heartbeat(
      {
        ...(sendsFrames && { pingFrame }),
        ping: () => {
          this.sent.pings += 1;
          this.#message();
          if (this.answers.pings) setTimeout(() => this.says(), 10);
        },
        dead: () => {
          this.diedAt ??= performance.now();
          this.heartbeat.stop();
        },
      },
      defaultTiming,
    );
  }

  answers: { frames: boolean; pings: boolean };

  /** A message from the peer. */
  says(): void {
    this.#message();
    this.heartbeat.heard();
  }

  #message(): void {
    this.longestIdle = Math.max(this.longestIdle, performance.now() - this.#lastMessageAt);
    this.#lastMessageAt = performance.now();
    this.heartbeat.message();
  }
}

const kinds = [
  ['a peer that answers ping frames', { frames: true, pings: true }, true, { frames: 73, pings: 7 }],
  ['a peer that does not', { frames: false, pings: true }, true, { frames: 73, pings: 72 }],
  ['a program that cannot send them', { frames: true, pings: true }, false, { frames: 0, pings: 72 }],
] as const;

describe.each(kinds)('%s', (_, answers, sendsFrames, sentInAnHour) => {
  test('costs so many pings in an hour of silence, and stays within the idle limit', () => {
    const peer = new Peer(answers, sendsFrames);
    vi.advanceTimersByTime(hour);
    expect(peer.sent.pings).toBeGreaterThanOrEqual(sentInAnHour.pings - 1);
    expect(peer.sent.pings).toBeLessThanOrEqual(sentInAnHour.pings);
    expect(peer.sent.frames).toBeLessThanOrEqual(sentInAnHour.frames);
    expect(peer.diedAt).toBeUndefined();
    expect(peer.longestIdle).toBeLessThan(idleLimit - 30 * second);
  });

  test('is found dead within 75 s, whenever it vanishes', () => {
    for (let after = 0; after < 60 * second; after += 7 * second) {
      const peer = new Peer({ ...answers }, sendsFrames);
      vi.advanceTimersByTime(after);
      peer.answers = { frames: false, pings: false };
      const vanishedAt = performance.now();
      vi.advanceTimersByTime(200 * second);
      expect((peer.diedAt ?? Number.NaN) - vanishedAt).toBeLessThanOrEqual(mostSilence);
    }
  });
});

test('a peer that says something now and then is not asked for a sign of life', () => {
  const peer = new Peer({ frames: false, pings: false });
  for (let at = 0; at < hour; at += 40 * second) {
    vi.advanceTimersByTime(40 * second);
    peer.says();
  }
  expect(peer.sent).toEqual({ frames: 1, pings: 0 });
  expect(peer.diedAt).toBeUndefined();
});

test('whatever comes in after a heartbeat is a sign of life', () => {
  const peer = new Peer({ frames: false, pings: false });
  vi.advanceTimersByTime(defaultTiming.ping + defaultTiming.pong - 1);
  peer.says();
  vi.advanceTimersByTime(defaultTiming.pong);
  expect(peer.diedAt).toBeUndefined();
});

test('an answer that waits to be read when the deadline passes late is a sign of life', () => {
  const peer = new Peer({ frames: false, pings: false }, false);
  vi.advanceTimersByTime(defaultTiming.ping);
  // The program stands still. Afterwards the timer runs first, then the answer is read.
  vi.setSystemTime(Date.now() + 60 * second);
  vi.advanceTimersByTime(defaultTiming.pong);
  expect(peer.diedAt).toBeUndefined();
  peer.says();
  vi.advanceTimersByTime(defaultTiming.pong);
  expect(peer.diedAt).toBeUndefined();
});

test('a peer that does not answer is found dead even if every timer is late', () => {
  const peer = new Peer({ frames: false, pings: false }, false);
  vi.advanceTimersByTime(defaultTiming.ping);
  for (let minute = 0; minute < 2; minute += 1) {
    vi.setSystemTime(Date.now() + 60 * second);
    vi.advanceTimersByTime(defaultTiming.pong);
  }
  expect(peer.diedAt).toBeDefined();
});
