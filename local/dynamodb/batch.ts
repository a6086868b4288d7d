import * as v from 'valibot';

const withKeys = v.looseObject({ Keys: v.array(v.unknown()) });
const batch = v.looseObject({ RequestItems: v.record(v.string(), v.union([v.array(v.unknown()), withKeys])) });
type Requests = v.InferOutput<typeof batch>['RequestItems'][string];

const itemsOf = (requests: Requests) => (Array.isArray(requests) ? requests : requests.Keys);

/** For each item of a batch: whether it belongs to the first half of its table's items. */
export function firstHalves(input: unknown): boolean[] {
  return Object.values(v.parse(batch, input).RequestItems).flatMap((requests) => {
    const items = itemsOf(requests);
    return items.map((_, index) => index < Math.ceil(items.length / 2));
  });
}

/**
 * Splits a BatchWriteItem or BatchGetItem.
 * @param carriedOut for each item, in the order of the request: whether it is carried out.
 * @returns the request with the items to carry out (undefined if there are none), and the unprocessed part of the answer.
 */
export function splitBatch(input: unknown, carriedOut: readonly boolean[]) {
  const parsed = v.parse(batch, input);
  const taken: Record<string, Requests> = {};
  const left: Record<string, Requests> = {};
  let index = 0;
  for (const [table, requests] of Object.entries(parsed.RequestItems)) {
    const items = itemsOf(requests).map((item) => ({ item, isTaken: carriedOut[index++] === true }));
    for (const [side, isTaken] of [[taken, true] as const, [left, false] as const]) {
      const of = items.filter((one) => one.isTaken === isTaken).map(({ item }) => item);
      if (of.length > 0) side[table] = Array.isArray(requests) ? of : { ...requests, Keys: of };
    }
  }
  const isWrite = Object.values(parsed.RequestItems).some(Array.isArray);
  return {
    taken: Object.keys(taken).length > 0 ? { ...parsed, RequestItems: taken } : undefined,
    left: { [isWrite ? 'UnprocessedItems' : 'UnprocessedKeys']: left },
  };
}
