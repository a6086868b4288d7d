import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** Something that takes a while, and has just reached the room. */
interface Moment {
  readonly kind: 'connect' | 'login' | 'resume';
  readonly client: SimulatedProcess;
  readonly address: string;
  /** Undefined for `connect`. */
  readonly user?: string;
}

/** Tells others when a client connects, logs in or resumes, so that they can do something while that is under way. */
export class Moments {
  readonly #world: World;
  #waiting: ((moment: Moment) => void)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  begins(moment: Moment): void {
    for (const tell of this.#waiting) tell(moment);
  }

  /** Resolves to the next moment that is wanted, or to undefined if none comes within this time (ms). */
  next(isWanted: (moment: Moment) => boolean, within: number): Promise<Moment | undefined> {
    return new Promise((resolve) => {
      const end = (moment: Moment | undefined) => {
        this.#waiting = this.#waiting.filter((one) => one !== tell);
        resolve(moment);
      };
      const tell = (moment: Moment) => {
        if (isWanted(moment)) end(moment);
      };
      this.#waiting.push(tell);
      this.#world.scheduler.after(within, () => end(undefined));
    });
  }
}
