import type { Access } from './accesses.ts';

/** The outcome for one item of a call. */
export type Verdict = 'admitted' | 'throttled' | 'conflict';

/** An error of DynamoDB: its `__type`, and the rest of its JSON. */
export interface AwsError {
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const throughputExceeded =
  'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so ' +
  'please try again shortly.';
const ongoing = 'Transaction is ongoing for the item';

/**
 * The error for a hot partition of an on-demand table:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-key-range-limit-exceeded-mitigation.html
 */
function throttlingError({ kind, index }: Access): AwsError {
  const reason = `${index === undefined ? 'Table' : 'Index'}${kind === 'read' ? 'Read' : 'Write'}KeyRangeThroughputExceeded`;
  return {
    type: 'ThrottlingException',
    body: { message: throughputExceeded, throttlingReasons: [{ reason }] },
  };
}

/** The error for a plain write that conflicts with a transaction. */
const conflictError: AwsError = { type: 'TransactionConflictException', body: { message: ongoing } };

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html */
const reasons = {
  admitted: { Code: 'None' },
  throttled: { Code: 'ThrottlingError', Message: throughputExceeded },
  conflict: { Code: 'TransactionConflict', Message: ongoing },
} as const;

/** The error for a cancelled transaction, with a reason for each of its items. */
function transactionCanceled(verdicts: readonly Verdict[]): AwsError {
  const CancellationReasons = verdicts.map((verdict) => reasons[verdict]);
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ');
  return {
    type: 'TransactionCanceledException',
    body: {
      Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
      CancellationReasons,
    },
  };
}

export const isTransaction = (operation: string) => operation.startsWith('Transact');

/** The error for a refused call. Undefined if the call, or part of it, can be carried out. */
export function errorFor(
  operation: string,
  judged: readonly { readonly access: Access; readonly verdict: Verdict }[],
): AwsError | undefined {
  const refused = judged.find(({ verdict }) => verdict !== 'admitted');
  if (refused === undefined) return undefined;
  if (isTransaction(operation)) return transactionCanceled(judged.map(({ verdict }) => verdict));
  // A batch is refused only if all of its items are throttled:
  // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
  const isBatch = operation.startsWith('Batch');
  if (isBatch && judged.some(({ verdict }) => verdict !== 'throttled')) return undefined;
  return refused.verdict === 'conflict' ? conflictError : throttlingError(refused.access);
}
