import { tables as shapes, type TableShape } from '../../../functions/aws/names.ts';
import { compare, type Item } from './evaluate.ts';

/** An item, and what it was before its last change. */
interface Kept {
  readonly item: Item | undefined;
  readonly before: Item | undefined;
  readonly changedAt: number;
}

/** How a read that is not a snapshot sees items that changed while it ran. */
export interface Reading {
  readonly since: number;
  readonly seesChange: () => boolean;
}

/** A read that is a snapshot. */
export const exact: Reading = { since: Number.POSITIVE_INFINITY, seesChange: () => true };

/** The item that a read sees: where the item changed since the read began, `seesChange` decides. */
const seenBy = ({ item, before, changedAt }: Kept, { since, seesChange }: Reading) =>
  changedAt >= since && !seesChange() ? before : item;

/** One table of the model. */
export class Table {
  readonly name: string;
  readonly shape: TableShape;
  readonly #items = new Map<string, Kept>();

  constructor(name: string, shape: TableShape) {
    this.name = name;
    this.shape = shape;
  }

  keyOf(item: Item): string {
    const { partitionKey, sortKey } = this.shape;
    return `${item[partitionKey.name]}\u0000${sortKey ? item[sortKey.name] : ''}`;
  }

  /** The primary key of an item, and the keys of its index. */
  keysOf(item: Item, index?: TableShape['index']): Item {
    const { partitionKey, sortKey } = this.shape;
    const names = [partitionKey, sortKey, index?.partitionKey, index?.sortKey].flatMap((key) => key?.name ?? []);
    return Object.fromEntries(names.map((name) => [name, item[name]]));
  }

  get(key: Item): Item | undefined {
    return this.seen(key, exact);
  }

  seen(key: Item, reading: Reading): Item | undefined {
    const kept = this.#items.get(this.keyOf(key));
    return kept && seenBy(kept, reading);
  }

  put(key: Item, item: Item | undefined, now: number): void {
    const id = this.keyOf(key);
    this.#items.set(id, { item, before: this.#items.get(id)?.item, changedAt: now });
  }

  /** All items, in the order in which they were put first. */
  all(reading = exact): Item[] {
    const items: Item[] = [];
    for (const kept of this.#items.values()) {
      const item = seenBy(kept, reading);
      if (item !== undefined) items.push(item);
    }
    return items;
  }
}

/** Orders items by some attributes. */
export function byKeys(one: Item, other: Item, names: readonly string[]): number {
  for (const name of names) {
    const order = compare(one[name], other[name]);
    if (order !== undefined && order !== 0) return order;
  }
  return 0;
}

export const roomTables = (): ReadonlyMap<string, Table> =>
  new Map(Object.entries(shapes).map(([name, shape]) => [name, new Table(name, shape)]));
