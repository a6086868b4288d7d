import type { Environment } from './environment.ts';

/** The environments of one function. Requests that find none free wait in a queue. */
export class EnvironmentPool {
  readonly #make: () => Environment;
  readonly #size: number;
  readonly #all = new Set<Environment>();
  readonly #free: Environment[] = [];
  readonly #waiting: ((environment: Environment | undefined) => void)[] = [];
  #closed = false;

  /** @param size the most environments at a time. */
  constructor(size: number, make: () => Environment) {
    this.#size = size;
    this.#make = make;
  }

  /** Gets an environment for one request; undefined if the pool is closed. The caller must release it. */
  async acquire(): Promise<Environment | undefined> {
    if (this.#closed) return undefined;
    // The environment that was released last is the warmest.
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
      // The next waiting request gets a new environment in its place.
      if (this.#waiting.length > 0) this.#waiting.shift()?.(this.#add());
      return;
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(environment);
    else next(environment);
  }

  /** Ends every environment. Running requests fail; waiting requests get a new environment. */
  async kill(): Promise<void> {
    await Promise.all([...this.#all].map((environment) => environment.terminate()));
  }

  /** Ends every environment. Running and waiting requests fail. */
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
