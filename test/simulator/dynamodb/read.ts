import type { Item, Words } from './evaluate.ts';
import { parseProjection } from './parse.ts';

/** How a read that is not a snapshot sees items that changed while it ran. */
export interface Reading {
  readonly since: number;
  readonly seesChange: () => boolean;
}

/** A read that is a snapshot. */
export const exact: Reading = { since: Number.POSITIVE_INFINITY, seesChange: () => true };

/** The attributes that a projection names. */
export function projected(item: Item, expression: string | undefined, words: Words): Item {
  if (expression === undefined) return item;
  const names = parseProjection(expression).map(([name = '']) => words.ExpressionAttributeNames?.[name] ?? name);
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}
