/** The kind of access of a call to an item. Plain reads are left out, because they never conflict. */
export type ItemUse = 'write' | 'transaction-write' | 'transaction-read';

/**
 * The items that calls are accessing now. Rules for conflicts:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 *
 * - A plain write conflicts with an ongoing write transaction.
 * - A write transaction (including its condition checks) conflicts with an ongoing write transaction and an ongoing plain
 *   write. AWS documents only the former; the latter is stricter.
 * - A read transaction conflicts with any ongoing write.
 * - Plain writes never conflict with each other: DynamoDB serializes them.
 *
 * The call that arrives second fails.
 */
export class ItemLocks {
  readonly #held = new Map<string, { plain: number; transactions: number }>();

  conflicts(item: string, use: ItemUse): boolean {
    const held = this.#held.get(item);
    if (held === undefined) return false;
    return held.transactions > 0 || (use !== 'write' && held.plain > 0);
  }

  /** @returns a function that ends the use. */
  hold(item: string, use: ItemUse): () => void {
    if (use === 'transaction-read') return () => undefined;
    const kind = use === 'write' ? 'plain' : 'transactions';
    const held = this.#held.get(item) ?? { plain: 0, transactions: 0 };
    this.#held.set(item, held);
    held[kind] += 1;
    return () => {
      held[kind] -= 1;
      if (held.plain + held.transactions === 0) this.#held.delete(item);
    };
  }
}
