import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { requireEnv } from './environment.ts';

export interface SignedHttpOptions {
  /** The service's name in a signature's scope: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
  readonly service: string;
  /** May hold a path. */
  readonly endpoint: string;
  readonly maxSockets: number;
  /** The first attempt included. */
  readonly maxAttempts: number;
  /** Silence (ms) on a socket after which an attempt has failed. */
  readonly timeoutMs?: number;
  /** No attempt begins later than this (ms) after the call. Default: unlimited. */
  readonly patienceMs?: number;
}

export interface PostRequest {
  /** Follows the endpoint's own path, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An AWS API answered with an error, or did not answer. */
export class HttpError extends Error {
  /** Undefined if there was no answer. */
  readonly status: number | undefined;
  /** Set if the signature's date is what the service refused: its own time (epoch ms). */
  readonly serverTime: number | undefined;

  constructor(message: string, answer: { status?: number; serverTime?: number | undefined; cause?: unknown }) {
    super(message, { cause: answer.cause });
    this.status = answer.status;
    this.serverTime = answer.serverTime;
  }

  /** Throttling, a failure of the service or of the network, a wrong clock: a later attempt may succeed. */
  get isTransient(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500 || this.serverTime !== undefined;
  }
}

/** For the signer. The SDK's class copies each hash before it reads it: a third of the signer's time. */
class NativeSha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  /** Unused: the signer makes a new hash for each digest. */
  reset(): void {}
}

function keyOf(secret: string | ArrayBuffer | ArrayBufferView): string | Buffer {
  if (typeof secret === 'string') return secret;
  return ArrayBuffer.isView(secret)
    ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
    : Buffer.from(secret);
}

/** AWS refuses a signature that is five minutes off. */
const toleratedSkewMs = 4 * 60_000;

/** Milliseconds; the wait doubles with every attempt. */
const backoff = { base: 100, most: 2_000 };

/**
 * Posts to an AWS API with signature version 4, over sockets that are kept alive, and retries transient errors. The SDK does the same
 * for seven times the CPU: docs/decisions/0046-posts-by-signed-http.md.
 */
export class SignedHttp {
  readonly #options: SignedHttpOptions;
  readonly #endpoint: URL;
  readonly #basePath: string;
  readonly #agent: http.Agent;
  readonly #signer: SignatureV4;
  #skewMs = 0;

  constructor(options: SignedHttpOptions) {
    this.#options = options;
    this.#endpoint = new URL(options.endpoint);
    this.#basePath = this.#endpoint.pathname.replace(/\/$/, '');
    const { Agent } = this.#isTls ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.maxSockets });
    // They do not change while an environment lives.
    const credentials = fromEnv()();
    this.#signer = new SignatureV4({
      service: options.service,
      region: requireEnv('AWS_REGION'),
      credentials: () => credentials,
      sha256: NativeSha256,
      applyChecksum: false,
    });
  }

  get #isTls(): boolean {
    return this.#endpoint.protocol === 'https:';
  }

  /**
   * Resolves when the service has accepted the request.
   * @throws HttpError after the last attempt, and at once for an error that no retry would mend.
   */
  async post(request: PostRequest): Promise<void> {
    const lastStart = performance.now() + (this.#options.patienceMs ?? Number.POSITIVE_INFINITY);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(request);
      } catch (error) {
        if (!(error instanceof HttpError && error.isTransient) || attempt >= this.#options.maxAttempts) throw error;
        if (error.serverTime !== undefined) this.#skewMs = error.serverTime - Date.now();
        // Full jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        const wait = Math.random() * Math.min(backoff.most, backoff.base * 2 ** (attempt - 1));
        if (performance.now() + wait > lastStart) throw error;
        await sleep(wait);
      }
    }
  }

  async #attempt({ path, headers, body }: PostRequest): Promise<void> {
    const signingDate = new Date(Date.now() + this.#skewMs);
    const unsigned = new HttpRequest({
      method: 'POST',
      path: this.#basePath + path,
      headers: { host: this.#endpoint.host, 'content-type': 'application/octet-stream', ...headers },
      body,
    });
    const signed = await this.#signer.sign(unsigned, { signingDate });
    const response = await this.#send(signed, body);
    const { statusCode: status = 0 } = response;
    if (status >= 200 && status < 300) return void response.resume();
    const type = String(response.headers['x-amzn-errortype'] ?? '');
    const answer = await text(response).catch(() => '');
    throw new HttpError(`${status} ${type} ${answer.slice(0, 500)}`, {
      status,
      serverTime: /Signature/.test(type) ? serverTimeIfSkewed(response, signingDate) : undefined,
    });
  }

  #send({ path, headers }: Pick<HttpRequest, 'path' | 'headers'>, body: string): Promise<http.IncomingMessage> {
    const request = (this.#isTls ? https : http).request({
      method: 'POST',
      host: this.#endpoint.hostname,
      port: this.#endpoint.port,
      path,
      headers,
      agent: this.#agent,
      timeout: this.#options.timeoutMs ?? 3_000,
    });
    return new Promise((resolve, reject) => {
      request.on('response', resolve);
      request.on('error', (cause) => reject(new HttpError('the service did not answer', { cause })));
      request.on('timeout', () => request.destroy(new Error('no answer in time')));
      request.end(body);
    });
  }
}

function serverTimeIfSkewed({ headers }: http.IncomingMessage, signedAt: Date): number | undefined {
  const time = Date.parse(headers.date ?? '');
  return Math.abs(time - signedAt.getTime()) > toleratedSkewMs ? time : undefined;
}
