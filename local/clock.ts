/**
 * The room's clock. At speed 1 it is the machine's; at speed N it has run N times as fast since `origin`, for every
 * part of the room alike, so that a test need not wait for the ten minutes of an idle limit.
 *
 * What bounds computing (a Lambda function's timeout, an integration's) stays in real time: the processor does not get faster,
 * and a scaled limit would cut off code that works.
 */
export class Clock {
  readonly speed: number;
  /** Epoch milliseconds at which the room's time and the machine's agree. */
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

  /** Calls back after this many of the room's milliseconds; the timer does not keep the process alive. */
  setTimeout(callback: () => void, milliseconds: number): NodeJS.Timeout {
    return setTimeout(callback, milliseconds / this.speed).unref();
  }

  /** Calls back again and again after this many of the room's milliseconds. */
  setInterval(callback: () => void, milliseconds: number): NodeJS.Timeout {
    return setInterval(callback, milliseconds / this.speed).unref();
  }
}
