import type { Timer } from './timers.ts';
import { elapsed, type Timing, thisMoment } from './timing.ts';

/** One end of a connection, as its heartbeat sees it. */
export interface Pulse {
  /** Sends a WebSocket ping frame. Leave it out where a program cannot, as in a browser. */
  readonly pingFrame?: () => void;
  /** Sends the command `ping`. */
  ping(): void;
  /** Called when nothing has come in for too long. */
  dead(): void;
}

/**
 * Finds a dead connection, and keeps a living one from idling.
 *
 * After a silence it sends a WebSocket ping frame, which API Gateway does not charge. The heartbeat finds out on each
 * connection whether the peer answers such frames. Until a pong frame has come, it also sends the command `ping`. Every
 * frame from the peer is a sign of life. API Gateway may not count ping frames as activity, so `ping` is sent well
 * within the idle limit in any case (docs/decisions/0092).
 */
export class Heartbeat {
  readonly #pulse: Pulse;
  readonly #timing: Timing;
  #silence: Timer | undefined;
  #deadline: Timer | undefined;
  #answersPingFrames = false;
  #lastMessageAt = performance.now();

  constructor(pulse: Pulse, timing: Timing) {
    this.#pulse = pulse;
    this.#timing = timing;
    this.#silence = setInterval(() => this.probe(), timing.ping);
    pulse.pingFrame?.();
  }

  /** Asks for a sign of life. If none comes in time, the connection is dead. */
  probe(): void {
    this.#deadline ??= this.#expectAnswer(true);
    this.#ask();
  }

  /**
   * A deadline that passes late proves nothing the first time: the machine slept, or the browser delays the timers of a
   * page that is not visible, and the answer may be waiting to be read.
   */
  #expectAnswer(mayBeLate: boolean): Timer {
    const { pong } = this.#timing;
    const askedAt = thisMoment();
    return setTimeout(() => {
      if (!mayBeLate || elapsed(askedAt) < 2 * pong) return this.#pulse.dead();
      this.#deadline = this.#expectAnswer(false);
      this.#ask();
    }, pong);
  }

  #ask(): void {
    this.#pulse.pingFrame?.();
    const isIdle = performance.now() - this.#lastMessageAt >= this.#timing.keepAlive;
    if (isIdle || !this.#answersPingFrames) this.#pulse.ping();
  }

  /** The peer has answered a ping frame. */
  pongFrame(): void {
    this.#answersPingFrames = true;
    this.heard();
  }

  /** A message was sent or received, so the connection is not idle. */
  message(): void {
    this.#lastMessageAt = performance.now();
  }

  /** Something came in. */
  heard(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    if (this.#silence === undefined) return;
    clearInterval(this.#silence);
    this.#silence = setInterval(() => this.probe(), this.#timing.ping);
  }

  stop(): void {
    clearInterval(this.#silence);
    this.#silence = undefined;
    clearTimeout(this.#deadline);
  }
}
