import type { Member } from '../../chat/model.ts';
import type { Stream } from '../../chat/ports.ts';
import { tableName } from '../environment.ts';

const digits = 15;
const afterAnyNumber = '~';

const numberKey = (seq: number) => String(seq).padStart(digits, '0');

/** A stream, and its owner if it is an inbox. */
export interface StreamOwner {
  readonly stream: Stream['kind'];
  readonly owner?: Pick<Member, 'name' | 'accountId'> | undefined;
}

/**
 * The partition of a stream, and what its sort keys begin with. An inbox's partition has its owner's name; the account id leads
 * its sort keys, so that a later owner of the name has another inbox.
 */
function place({ stream, owner }: StreamOwner): { stream: string; prefix: string } {
  if (stream === 'room') return { stream: 'room', prefix: '' };
  if (!owner) throw new Error('an inbox has an owner');
  return { stream: `inbox/${owner.name}`, prefix: `${owner.accountId}/` };
}

export const ownerOf = (stream: Stream): StreamOwner =>
  stream.kind === 'room' ? { stream: 'room' } : { stream: 'inbox', owner: stream.owner };

/** The keys of a stream's messages from one number to another one, or to the end. */
export function keysBetween(of: StreamOwner, first: number, last?: number) {
  const { stream: key, prefix } = place(of);
  return {
    key,
    first: prefix + numberKey(first),
    last: prefix + (last === undefined ? afterAnyNumber : numberKey(last)),
  };
}

/** The key of a stream's message. */
export function messageKey({ seq, ...of }: StreamOwner & { readonly seq: number }) {
  const { stream, prefix } = place(of);
  return { stream, position: prefix + numberKey(seq) };
}

/** The partitions of counters begin with this; no stream's does. */
const counterPrefix = 'counter/';

/** The key of a stream's counter. It has its own partition, so that it does not share the messages' write capacity. */
export function counterKey(of: StreamOwner) {
  const { stream } = place(of);
  return { stream: `${counterPrefix}${stream}`, position: of.owner?.accountId ?? 'room' };
}

/** Part of the transaction that creates an account: its inbox's counter. */
export const createCounter = (owner: Pick<Member, 'name' | 'accountId'>) => ({
  Put: { TableName: tableName('messages'), Item: { ...counterKey({ stream: 'inbox', owner }), seq: 0, givenAt: 0 } },
});

/** Part of the transaction that deletes an account: deletes its inbox's counter, which has no TTL. */
export const deleteCounter = (owner: Pick<Member, 'name' | 'accountId'>) => ({
  Delete: { TableName: tableName('messages'), Key: counterKey({ stream: 'inbox', owner }) },
});

/**
 * If a number is missing, reads the items again, up to the last one read. A query is not a snapshot: it may miss
 * number n and return n + 1, which was committed later.
 */
export async function withoutGap<P extends { readonly items: readonly { readonly seq: number }[] }>(
  after: number,
  first: P,
  lookAgain: (upTo: number) => Promise<P>,
): Promise<P> {
  const last = first.items.at(-1)?.seq;
  return last === undefined || last === after + first.items.length ? first : lookAgain(last);
}
