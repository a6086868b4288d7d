import type { Connection } from './model.ts';

/** A connection's state: refused until `refusedUntil` (epoch ms); `unwritten` accepted commands are not stored yet. */
interface Known {
  refusedUntil: number;
  unwritten: number;
}

/** The maximum number of cached connections. The cache is cleared when it is full. */
const most = 10_000;

/**
 * Applies each connection's rate limit. The token bucket is one number, the theoretical arrival time, on the connection item, which
 * every command reads anyway. A Lambda environment counts accepted commands in memory. It adds them to the item when the item is written
 * anyway, or when they exceed a tenth of the burst. So normal users cost no extra calls, and all environments soon know of a flood
 * (docs/decisions/0039).
 */
export class RateLimiters {
  readonly #known = new Map<string, Known>();

  /** Seconds until a connection may send again, as cached in this environment; 0 if it may. Reads nothing. */
  remembered(connectionId: string, now: number): number {
    return secondsUntil(this.#known.get(connectionId)?.refusedUntil ?? 0, now);
  }

  /** Accepts and counts a command (0), or returns the seconds until the connection may send again. */
  take({ connectionId, rateLimit, theoreticalArrivalTime }: Connection, now: number): number {
    const known = this.#of(connectionId);
    const each = 1000 / rateLimit.rate;
    const usedMs = Math.max(0, theoreticalArrivalTime - now) + (known.unwritten + 1) * each;
    const tooMuch = usedMs - rateLimit.burst * each;
    if (tooMuch > 0) {
      known.refusedUntil = now + tooMuch;
      return secondsUntil(known.refusedUntil, now);
    }
    known.unwritten += 1;
    return 0;
  }

  /** Whether the accepted commands must be stored even if nothing else is written. */
  isDue({ connectionId, rateLimit }: Connection): boolean {
    return this.#of(connectionId).unwritten > rateLimit.burst / 10;
  }

  /**
   * Takes the use to store now, in milliseconds; the caller writes it. If the write fails, the connection may send a few
   * commands more.
   */
  settle({ connectionId, rateLimit }: Connection): number {
    const known = this.#of(connectionId);
    const { unwritten } = known;
    known.unwritten = 0;
    return (unwritten * 1000) / rateLimit.rate;
  }

  #of(connectionId: string): Known {
    let known = this.#known.get(connectionId);
    if (!known) {
      if (this.#known.size >= most) this.#known.clear();
      known = { refusedUntil: 0, unwritten: 0 };
      this.#known.set(connectionId, known);
    }
    return known;
  }
}

const secondsUntil = (time: number, now: number) => (time > now ? Math.ceil((time - now) / 1000) : 0);
