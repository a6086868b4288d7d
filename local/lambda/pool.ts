import type { Environment } from './environment.ts';

/** The environments of one function; who finds none free waits in line. */
export class EnvironmentPool {
  readonly #make: () => Environment;
  readonly #size: number;
  readonly #all = new Set<Environment>();
  readonly #free: Environment[] = [];
  readonly #waiting: ((environment: Environment | undefined) => void)[] = [];
  #closed = false;

  /** @param size how many environments there may be at a time. */
  constructor(size: number, make: () => Environment) {
    this.#size = size;
    this.#make = make;
  }

  /** An environment for one request, to be given back; undefined when the pool is closed. */
  async acquire(): Promise<Environment | undefined> {
    if (this.#closed) return undefined;
    // The one used last is the warmest.
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      if (!free.dead) return free;
      this.#all.delete(free);
    }
    if (this.#all.size < this.#size) return this.#add();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(environment: Environment): void {
    if (environment.dead) {
      this.#all.delete(environment);
      // Whoever waited for it gets a new one in its place.
      if (this.#waiting.length > 0) this.#waiting.shift()?.(this.#add());
      return;
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(environment);
    else next(environment);
  }

  /** Ends every environment that there is: requests that run fail, those that wait get another. */
  async kill(): Promise<void> {
    await Promise.all([...this.#all].map((environment) => environment.terminate()));
  }

  /** Ends every environment; requests that run or wait fail. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const give of this.#waiting.splice(0)) give(undefined);
    await this.kill();
  }

  #add(): Environment {
    const environment = this.#make();
    this.#all.add(environment);
    return environment;
  }
}
