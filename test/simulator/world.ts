import { Bucket } from './bucket.ts';
import { Database } from './database.ts';
import { Gateway } from './gateway.ts';
import { History } from './history.ts';
import { Lambda } from './lambda.ts';
import type { SimulatedProcess } from './process.ts';
import type { Programs } from './program.ts';
import { isSettled, Scheduler } from './scheduler.ts';
import { calm, type Weather, weatherOf } from './weather.ts';

/** Everything of one simulation. */
export class World {
  readonly scheduler: Scheduler;
  readonly programs: Programs;
  readonly database: Database;
  readonly lambda: Lambda;
  readonly gateway: Gateway;
  readonly bucket: Bucket;
  readonly history: History;
  readonly violations: string[] = [];
  weather: Weather;

  constructor(seed: number, programs: Programs, keepsTrace: boolean, startsAt = Date.UTC(2026, 0, 1)) {
    this.programs = programs;
    this.scheduler = new Scheduler(seed, startsAt, keepsTrace);
    this.weather = weatherOf(this.scheduler.random);
    this.database = new Database(this);
    this.lambda = new Lambda(this);
    this.gateway = new Gateway(this);
    this.bucket = new Bucket(this);
    this.history = new History(this);
  }

  /** From now on nothing fails. */
  clearUp(): void {
    this.scheduler.note('the weather clears up');
    this.weather = calm;
  }

  /** Lets things happen until a condition holds or a promise is broken, for this time (ms) at most. */
  until(isOver: () => boolean, most: number): Promise<void> {
    const isFailed = () => this.violations.length > 0;
    return this.scheduler.runUntil(this.scheduler.now + most, () => isFailed() || isOver());
  }

  /** Lets things happen until something has ended, which has to be within this time (ms). */
  async ends(what: string, isOver: () => boolean, most: number): Promise<void> {
    await this.until(isOver, most);
    if (!isOver() && this.violations.length === 0) this.violated(`${what} does not end`);
  }

  /** Lets things happen until some work is done, which has to be within this time (ms). */
  finish(what: string, work: Promise<unknown>, most: number): Promise<void> {
    work.catch((error: unknown) => this.violated(`${what}: ${error instanceof Error ? error.stack : error}`));
    return this.ends(what, isSettled(work), most);
  }

  /** How long (ms) something takes, on this world's machines. */
  latency(least: number, most: number): number {
    const { random } = this.scheduler;
    const usual = random.between(least, most) * this.weather.latency;
    return random.chance(this.weather.slow) ? usual * random.between(1, 100 / this.weather.latency) : usual;
  }

  /** The IP address of a client: two users share one. */
  addressOf({ name }: SimulatedProcess): string {
    if (name.startsWith('thief')) return '198.51.100.7';
    return `192.0.2.${1 + (name.charCodeAt(0) % 3)}`;
  }

  violated(what: string): void {
    this.scheduler.note(`VIOLATION: ${what}`);
    this.violations.push(what);
  }

  logged({ name }: SimulatedProcess, what: string, error: unknown, about: Record<string, unknown>): void {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error ?? '');
    this.scheduler.note(`${name} logs: ${what} ${cause} ${JSON.stringify(about)}`);
    this.history.logged(what, error);
  }
}
