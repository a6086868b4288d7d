/**
 * The room's clock. It runs `speed` times as fast as the machine's clock, from `origin` on, for all parts of the room.
 * So a test does not wait ten minutes for an idle limit.
 *
 * Timeouts of Lambda functions and integrations stay in real time. The processor does not get faster, so a scaled timeout
 * would interrupt working code.
 */
export class Clock {
  readonly speed: number;
  /** The time (epoch milliseconds) at which both clocks agree. */
  readonly origin: number;

  constructor(speed = 1, origin = Date.now()) {
    this.speed = speed;
    this.origin = origin;
  }

  /** The room's time, in epoch milliseconds. */
  now(): number {
    const real = Date.now();
    return this.speed === 1 ? real : Math.floor(this.origin + (real - this.origin) * this.speed);
  }

  /** Calls back after this many milliseconds of the room's clock. The timer does not keep the process alive. */
  setTimeout(callback: () => void, milliseconds: number): NodeJS.Timeout {
    return setTimeout(callback, milliseconds / this.speed).unref();
  }

  /** Calls back every so many milliseconds of the room's clock. */
  setInterval(callback: () => void, milliseconds: number): NodeJS.Timeout {
    return setInterval(callback, milliseconds / this.speed).unref();
  }
}
