import type { Progress } from './progress.ts';
import type { Patience } from './room-requests.ts';
import { defaultTransferTiming, type TransferTiming } from './timing.ts';

export interface TransferOptions {
  /** Called with every piece that went or came. */
  readonly progress?: (progress: Progress) => void;
  /** Gives up; the transfer then fails with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly timing?: Partial<TransferTiming>;
}

export const patienceOf = ({ signal, timing }: TransferOptions): Patience => ({
  timing: { ...defaultTransferTiming, ...timing },
  signal: signal ?? new AbortController().signal,
});

/** What the room gave is no longer good: it has to be asked again. */
export class ExpiredError extends Error {
  override readonly name = 'ExpiredError';

  constructor() {
    super('the store no longer takes what the room gave');
  }
}
