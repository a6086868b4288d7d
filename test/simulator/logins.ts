import type { World } from './world.ts';

/** A login that has reached the room. */
interface Login {
  readonly user: string;
  readonly address: string;
}

/** Tells others of each login that begins, so that they can do something while it is under way. */
export class Logins {
  readonly #world: World;
  #waiting: ((login: Login) => void)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  begins(login: Login): void {
    for (const tell of this.#waiting) tell(login);
  }

  /** The next login of some kind. Undefined if none begins within a time (ms). */
  next(isWanted: (login: Login) => boolean, within: number): Promise<Login | undefined> {
    return new Promise((resolve) => {
      const end = (login: Login | undefined) => {
        this.#waiting = this.#waiting.filter((one) => one !== tell);
        resolve(login);
      };
      const tell = (login: Login) => {
        if (isWanted(login)) end(login);
      };
      this.#waiting.push(tell);
      this.#world.scheduler.after(within, () => end(undefined));
    });
  }
}
