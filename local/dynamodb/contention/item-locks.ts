/** What a call does with an item. Plain reads are not here: they never conflict. */
export type ItemUse = 'write' | 'transaction-write' | 'transaction-read';

/**
 * The items that calls are writing now. Conflicts:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 *
 * - A plain write conflicts with an ongoing write transaction.
 * - A write transaction (its condition checks too) conflicts with an ongoing write transaction, and with an ongoing plain write. AWS
 *   documents the first; the second is stricter than its page.
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
