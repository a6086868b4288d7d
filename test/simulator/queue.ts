/** A step that has been planned. */
export interface Planned {
  readonly time: number;
  readonly run: () => void;
  cancelled: boolean;
}

interface Entry extends Planned {
  /** Steps of the same time run in the order in which they were planned. */
  readonly number: number;
}

const isBefore = (one: Entry, other: Entry) =>
  one.time < other.time || (one.time === other.time && one.number < other.number);

/** The planned steps, in the order of their times: a binary heap. */
export class Queue {
  readonly #heap: Entry[] = [];
  #added = 0;

  get first(): Planned | undefined {
    return this.#heap[0];
  }

  add(time: number, run: () => void): Planned {
    this.#added += 1;
    const entry = { time, run, cancelled: false, number: this.#added };
    let place = this.#heap.length;
    for (let above = (place - 1) >> 1; place > 0; above = (place - 1) >> 1) {
      const parent = this.#heap[above];
      if (!parent || isBefore(parent, entry)) break;
      this.#heap[place] = parent;
      place = above;
    }
    this.#heap[place] = entry;
    return entry;
  }

  removeFirst(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    let place = 0;
    for (;;) {
      const [left, right] = [this.#heap[2 * place + 1], this.#heap[2 * place + 2]];
      if (!left) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (isBefore(last, child)) break;
      this.#heap[place] = child;
      place = 2 * place + (isRight ? 2 : 1);
    }
    this.#heap[place] = last;
  }
}
