import { limits } from '../../protocol/index.ts';

const seconds = 1000;
const minutes = 60 * seconds;

/** How long the connection waits; all in milliseconds. */
export interface Timing {
  /** For a connection to open. */
  readonly connect: number;
  /** For a reply; API Gateway itself gives up after 29 s. */
  readonly reply: number;
  /** Silence before a heartbeat: under the 60 s after which some networks drop a silent connection. */
  readonly ping: number;
  /** For a sign of life after a heartbeat, before the connection counts as lost. */
  readonly pong: number;
  /**
   * Without a message in either direction, before the next heartbeat is a `ping`, even if the peer answers ping frames:
   * with {@link ping} added, under API Gateway's 10 idle minutes.
   */
  readonly keepAlive: number;
  /** For a reply, before a heartbeat is sent at once to probe the connection. */
  readonly probeAfter: number;
  /** Between two readings of the wall clock, to notice that the machine was asleep. */
  readonly watch: number;
  /** How long the machine must have been asleep. */
  readonly asleep: number;
  /** How long after its first sending a request that changes something is repeated over a new connection. */
  readonly repeat: number;
  /** How long a request that the room refuses as too fast waits in all. */
  readonly tooFast: number;
  /** Before a missing message is asked for. Doubles while the room does not have it. */
  readonly gap: number;
  /** The longest wait between two such attempts. */
  readonly maxGap: number;
  /** Between showing a message and acknowledging it. */
  readonly acknowledge: number;
  /** The first reconnection waits up to this, each further one up to twice as much. */
  readonly backoff: number;
  readonly maxBackoff: number;
  /** How long a client tries to connect while too many clients do. One address can use up API Gateway's throttle. */
  readonly busy: number;
  /** For a login or another request of a guest that API Gateway throttles, before the caller gets the error. */
  readonly patience: number;
  /** Age at which a connection is handed over to a new one: before API Gateway ends it, at 2 hours. */
  readonly handover: number;
  /**
   * The jitter of a handover: up to this much earlier or later, so that clients that connected together do not move
   * together.
   */
  readonly handoverJitter: number;
  /** Until a failed handover is tried again. */
  readonly handoverRetry: number;
  /** For frames that are still on their way to the old connection after a handover. */
  readonly overlap: number;
  /** For a login, before a connection without one is closed. The next request opens another. */
  readonly guest: number;
  /** For a logout: the last acknowledgement and the reply. */
  readonly logout: number;
}

export const defaultTiming: Timing = {
  connect: 15 * seconds,
  reply: 35 * seconds,
  ping: 50 * seconds,
  pong: 10 * seconds,
  keepAlive: 8 * minutes,
  probeAfter: 5 * seconds,
  watch: 2 * seconds,
  asleep: 10 * seconds,
  repeat: limits.repeatSeconds * seconds,
  tooFast: 10 * minutes,
  gap: 300,
  maxGap: 10 * seconds,
  acknowledge: 2 * seconds,
  backoff: 500,
  maxBackoff: 30 * seconds,
  busy: 10 * minutes,
  patience: 60 * seconds,
  handover: 115 * minutes,
  handoverJitter: 3 * minutes,
  handoverRetry: 30 * seconds,
  overlap: 5 * seconds,
  guest: 5 * seconds,
  logout: 5 * seconds,
};

/**
 * The same timing for a room whose clock runs faster than this machine's by a factor. The timeouts of connections and
 * replies stay the same, because they depend on the processor, and `tooFast`, because it bounds waits that are not
 * scaled.
 */
export function scaled(timing: Timing, speed: number): Timing {
  const entries = Object.entries(timing).map(([name, milliseconds]) => [name, milliseconds / speed]);
  const { connect, reply, tooFast } = timing;
  return { ...(Object.fromEntries(entries) as Timing), connect, reply, tooFast };
}

/**
 * The wait before a reconnection: exponential backoff with full jitter, so that clients that were cut off together
 * do not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * @param attempt Failed attempts so far.
 * @returns Milliseconds.
 */
export function backoff(attempt: number, timing: Timing): number {
  return Math.random() * Math.min(timing.maxBackoff, timing.backoff * 2 ** attempt);
}

/** A moment on two clocks: the wall clock may be set back, and the other stops while the machine sleeps. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

export const thisMoment = (): Moment => ({ wall: Date.now(), monotonic: performance.now() });

/** Milliseconds since a moment. */
export const elapsed = ({ wall, monotonic }: Moment): number =>
  Math.max(Date.now() - wall, performance.now() - monotonic);

/** The wait before a throttled request of a guest is sent again. The user waits for it, so it is shorter. */
export const backoffOfGuest = (attempt: number, timing: Timing): number =>
  backoff(attempt, { ...timing, maxBackoff: timing.maxBackoff / 6 });

/**
 * The wait before a client that was refused as one too many tries to connect again. Its chance is small at each attempt, so the wait
 * stops growing early. An attempt that API Gateway's throttle refuses runs no function; one that a limit of the address refuses does.
 */
export const backoffWhileBusy = (attempt: number, timing: Timing): number =>
  backoff(attempt, { ...timing, maxBackoff: timing.maxBackoff / 8 });
