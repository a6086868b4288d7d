import * as v from 'valibot';
import { parseStored } from '../chat/parse-stored.ts';
import type { Item } from './dynamodb.ts';

const markedAt = v.number();

/** The marks in an item: attributes that are named by a prefix and an id. Each has a time (epoch ms), given here by id. */
export const marksIn = (item: Item, prefix: string): Map<string, number> =>
  new Map(
    Object.entries(item)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, at]) => [name.slice(prefix.length), parseStored(markedAt, at, prefix)]),
  );
