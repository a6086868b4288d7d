import { type Signal, signal } from '@preact/signals';

/** How far a transfer is. */
export interface TransferProgress {
  readonly done: number;
  readonly total: number;
}

export type TransferState =
  | { readonly kind: 'running'; readonly progress?: TransferProgress }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string };

/** The transfer of one file, to or from another user. */
export class Transfer {
  readonly state: Signal<TransferState> = signal({ kind: 'running' });
  /** Gives a received file to the browser once more: the browser does not tell whether it was saved. */
  readonly saveAgain: Signal<(() => void) | undefined> = signal(undefined);
  /** What has become of a file that this user has sent. */
  readonly fate: Signal<string | undefined> = signal(undefined);
  readonly #aborted = new AbortController();

  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  get isRunning(): boolean {
    return this.state.value.kind === 'running';
  }

  readonly progress = (progress: TransferProgress): void => {
    if (this.state.peek().kind === 'running') this.state.value = { kind: 'running', progress };
  };

  done(): void {
    this.state.value = { kind: 'done' };
  }

  failed(why: string): void {
    this.state.value = { kind: 'failed', why };
  }

  abort(): void {
    this.#aborted.abort();
  }
}
