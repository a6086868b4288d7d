import type { Progress } from './progress.ts';
import type { Patience } from './room-requests.ts';
import { defaultTransferTiming, type TransferTiming } from './timing.ts';

export interface TransferOptions {
  /** Called after each transferred chunk. */
  readonly progress?: (progress: Progress) => void;
  /** Aborts the transfer, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly timing?: Partial<TransferTiming>;
}

export const patienceOf = ({ signal, timing }: TransferOptions): Patience => ({
  timing: { ...defaultTransferTiming, ...timing },
  signal: signal ?? new AbortController().signal,
});
