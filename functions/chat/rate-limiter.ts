import type { Connection } from './model.ts';

/** Milliseconds that a connection may not speak for; commands that have been let through and are not yet written down. */
interface Known {
  refusedUntil: number;
  unwritten: number;
}

/** Connections that one environment keeps in mind; it forgets them all rather than grow. */
const most = 10_000;

/**
 * Holds each connection to its rateLimit. A token bucket is one number here, the time until which all that was said would fill at the
 * allowed rate; it stands in the connection's item, which every command reads anyway. What a Lambda environment lets through it
 * counts by itself, and adds to the item whenever that is written anyway, or when it has become a tenth of a burst: who talks as
 * people do costs no call to the database, who floods is soon known to every environment (docs/decisions/0039).
 */
export class RateLimiters {
  readonly #known = new Map<string, Known>();

  /** Seconds until a connection may speak again, as far as this environment remembers; 0 if it may. Nothing is read for it. */
  remembered(connectionId: string, now: number): number {
    return secondsUntil(this.#known.get(connectionId)?.refusedUntil ?? 0, now);
  }

  /** Lets a command through and counts it (0), or tells the seconds until the connection may speak again. */
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

  /** Whether so much was let through here that it is to be written down though nothing else is. */
  isDue({ connectionId, rateLimit }: Connection): boolean {
    return this.#of(connectionId).unwritten > rateLimit.burst / 10;
  }

  /**
   * Takes what is to be written down now, in milliseconds of the connection's time; whoever takes it writes it. Lost, if the
   * write fails, it is a few commands more that the connection may say.
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
