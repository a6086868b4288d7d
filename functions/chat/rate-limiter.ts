import { guestLimit, mostRefused } from '../../protocol/index.ts';
import type { Connection, RateLimit } from './model.ts';

/** A connection as one Lambda environment remembers it. */
interface Known {
  /**
   * Frames are refused from `refusedAt` to `refusedUntil` (epoch ms). A time before `refusedAt` means that the clock was set
   * back; then no frame is refused.
   */
  refusedAt: number;
  refusedUntil: number;
  /** The tokens of accepted frames that are not stored yet. */
  unwritten: number;
  /** Frames refused, less frames accepted. */
  refused: number;
  isMember: boolean;
}

/** A guest is closed sooner: nobody types so much before a login. */
export const mostRefusedOfGuests = mostRefused / 15;

/** The maximum number of cached connections. The cache is cleared when it is full. */
const most = 10_000;

/** The clocks of two environments differ by less than this (ms). */
const clockSkew = 60_000;

/** The share of a burst that an environment accepts before it must store it: a guest's is larger, because its burst is small. */
const unwrittenShare = { member: 1 / 10, guest: 1 / 2 } as const;

/** The limit that applies to a connection: a guest's is lower than a member's. */
const limitOf = ({ member, rateLimit }: Connection): RateLimit => (member ? rateLimit : guestLimit(rateLimit));

/**
 * Applies each connection's rate limit. The token bucket is one number, the theoretical arrival time, on the connection item, which
 * every frame reads anyway. A Lambda environment counts accepted frames in memory. It adds them to the item when the item is written
 * anyway, or when they exceed a share of the burst. So normal users cost no extra calls, and all environments soon know of a flood
 * (docs/decisions/0039).
 */
export class RateLimiters {
  readonly #known = new Map<string, Known>();

  /** Seconds until a connection may send again, as cached in this environment; 0 if it may. Reads nothing, and counts a refusal. */
  remembered(connectionId: string, now: number): number {
    const known = this.#known.get(connectionId);
    const wait = known && now >= known.refusedAt ? secondsUntil(known.refusedUntil, now) : 0;
    if (known && wait > 0) known.refused += 1;
    return wait;
  }

  /** Whether this environment has accepted a frame of this connection as a member's. It may no longer be one. */
  isMember(connectionId: string): boolean {
    return this.#known.get(connectionId)?.isMember ?? false;
  }

  /**
   * Takes tokens for a frame. Returns 0 if the frame is accepted, otherwise the seconds until the connection may send again.
   */
  take(connection: Connection, now: number, tokens = 1): number {
    const known = this.#of(connection);
    const { rate, burst } = limitOf(connection);
    const each = 1000 / rate;
    const storedMs = Math.max(0, connection.theoreticalArrivalTime - now);
    // If the stored use exceeds a full bucket and the skew of clocks, the clock was set back: ignore it.
    const usedMs = (storedMs > burst * each + clockSkew ? 0 : storedMs) + (known.unwritten + tokens) * each;
    const tooMuch = usedMs - burst * each;
    if (tooMuch > 0) {
      known.refused += 1;
      known.refusedAt = now;
      known.refusedUntil = now + tooMuch;
      return secondsUntil(known.refusedUntil, now);
    }
    known.unwritten += tokens;
    known.refused = Math.max(0, known.refused - 1);
    return 0;
  }

  /**
   * Whether a connection that was refused just now must be closed: true once for every {@link mostRefused} refusals of a member, and
   * for every {@link mostRefusedOfGuests} of a guest.
   */
  isFlooding(connectionId: string): boolean {
    const { refused, isMember } = this.#known.get(connectionId) ?? { refused: 0, isMember: false };
    return refused > 0 && refused % (isMember ? mostRefused : mostRefusedOfGuests) === 0;
  }

  /** Whether the accepted frames must be stored even if nothing else is written. */
  isDue(connection: Connection): boolean {
    const share = connection.member ? unwrittenShare.member : unwrittenShare.guest;
    return this.#of(connection).unwritten > limitOf(connection).burst * share;
  }

  /**
   * Returns the use that is not stored yet (ms), and resets it. The caller stores it. If the write fails, the connection may
   * send a few frames more.
   */
  settle(connection: Connection): number {
    const known = this.#of(connection);
    const { unwritten } = known;
    known.unwritten = 0;
    return (unwritten * 1000) / limitOf(connection).rate;
  }

  /** A login starts the member's bucket: the guest's tokens do not count in it. */
  #of({ connectionId, member }: Connection): Known {
    const isMember = member !== undefined;
    let known = this.#known.get(connectionId);
    if (!known || known.isMember !== isMember) {
      if (this.#known.size >= most) this.#known.clear();
      known = { refusedAt: 0, refusedUntil: 0, unwritten: 0, refused: 0, isMember };
      this.#known.set(connectionId, known);
    }
    return known;
  }
}

const secondsUntil = (time: number, now: number) => (time > now ? Math.ceil((time - now) / 1000) : 0);
