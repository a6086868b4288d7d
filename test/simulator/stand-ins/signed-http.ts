import { here } from './machine.ts';

export class HttpError extends Error {
  readonly status: number | undefined;

  constructor(message: string, { status }: { status?: number | undefined }) {
    super(message);
    this.status = status;
  }

  get isTransient(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}

/** Posts with the retries of the real one. */
export class SignedHttp {
  readonly #service: string;
  readonly #maxAttempts: number;

  constructor({ service, maxAttempts }: { service: string; maxAttempts: number }) {
    this.#service = service;
    this.#maxAttempts = maxAttempts;
  }

  async post({ path, body }: { path: string; body: string }): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const status = await here.post({ service: this.#service, path, body });
      if (status !== undefined && status < 300) return;
      const error = new HttpError(`status ${status}`, { status });
      if (!error.isTransient || attempt >= this.#maxAttempts) throw error;
      await here.sleep(here.random() * Math.min(2_000, 100 * 2 ** (attempt - 1)));
    }
  }
}
