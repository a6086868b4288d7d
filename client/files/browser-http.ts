import type { BlobSource } from './blob-source.ts';
import { NetworkError } from './errors.ts';
import type { Download } from './receive.ts';
import type { Upload } from './send.ts';

/** What is used of XMLHttpRequest. */
interface Xhr {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((event: { readonly loaded: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: Blob): void;
  abort(): void;
}

declare const XMLHttpRequest: new () => Xhr;

const stalled = (milliseconds: number) =>
  new NetworkError(`no data was transferred for ${milliseconds / 1000} seconds`);

/** Calls back after a time without a call of the function that is returned. A second function ends it. */
function stallTimer(milliseconds: number, callback: () => void): { moved(): void; stop(): void } {
  let timer = setTimeout(callback, milliseconds);
  return {
    moved() {
      clearTimeout(timer);
      timer = setTimeout(callback, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

/** By XMLHttpRequest, because `fetch` does not report the progress of an upload. */
export const upload: Upload<BlobSource> = ({ blob, size }, { url, method, headers }, progress, { timing, signal }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    const end = () => {
      timer.stop();
      signal.removeEventListener('abort', abort);
    };
    const fail = (error: unknown) => {
      end();
      request.abort();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    const timer = stallTimer(timing.stall, () => fail(stalled(timing.stall)));
    signal.addEventListener('abort', abort, { once: true });
    request.upload.onprogress = ({ loaded }) => {
      timer.moved();
      progress(Math.min(loaded, size));
    };
    request.onload = () => {
      end();
      resolve({ status: request.status, text: request.responseText });
    };
    request.onerror = () => fail(new NetworkError('the connection to the store was lost'));
    request.open(method, url);
    // A browser sets the length itself.
    for (const [name, value] of Object.entries(headers)) {
      if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    }
    // A blob's type would become a header that is not part of the signed request.
    request.send(blob.slice(0, size, ''));
  });

export const download: Download = async (url, from, { timing, signal }) => {
  const stopped = new AbortController();
  const timer = stallTimer(timing.stall, () => stopped.abort(stalled(timing.stall)));
  // AbortSignal.any is too new for some browsers.
  const abort = () => stopped.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const end = () => {
    timer.stop();
    signal.removeEventListener('abort', abort);
  };
  const orFail = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const result = await work;
      timer.moved();
      return result;
    } catch (error) {
      end();
      stopped.signal.throwIfAborted();
      throw new NetworkError('the connection to the store was lost', { cause: error });
    }
  };
  const request: RequestInit & { readonly cache: string } = {
    headers: from > 0 ? { range: `bytes=${from}-` } : {},
    cache: 'no-store',
    credentials: 'omit',
    signal: stopped.signal,
  };
  const response = await orFail(fetch(url, request));
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const next = reader && (await orFail(reader.read()));
        if (!next || next.done) return;
        yield next.value;
      }
    } finally {
      end();
      // Drop the rest.
      stopped.abort();
    }
  }
  const text = async () => {
    const answer = await orFail(response.text());
    end();
    return answer;
  };
  return { status: response.status, chunks, text };
};
