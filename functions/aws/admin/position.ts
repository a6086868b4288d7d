import * as v from 'valibot';
import type { Item } from '../dynamodb.ts';

/** Where a scan goes on: DynamoDB's own key, which is nobody's business but the reader's. */
export const position = {
  write: (key: Item | undefined): string | undefined => key && JSON.stringify(key),
  read: (text: string | undefined): Item | undefined =>
    text === undefined ? undefined : v.parse(v.record(v.string(), v.string()), JSON.parse(text)),
};
