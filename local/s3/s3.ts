import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { escapeUri } from '@smithy/core/protocols';
import type { Addresses } from '../addresses.ts';
import type { Bucket } from '../assembly/buckets.ts';
import type { Timer } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { Faults } from '../faults.ts';
import { httpDate } from '../http.ts';
import type { Access } from '../iam/access.ts';
import type { Attribution, Recorder, UsedPermission } from '../recorder.ts';
import { allowReading, preflight } from './cors.ts';
import { notImplemented, S3Error } from './errors.ts';
import { BucketEvents } from './events.ts';
import { expire } from './lifecycle.ts';
import { operationOf } from './operations.ts';
import type { OpenBucket } from './request.ts';
import { isSignedForS3, S3SignatureCheck, type SignatureOptions, type Signed } from './signature.ts';
import { BucketStore } from './store.ts';
import { sendS3Error } from './xml.ts';

export interface S3Options extends SignatureOptions {
  /** The folder for the objects. */
  readonly folder: string;
  readonly buckets: readonly Bucket[];
  readonly addresses: Addresses;
  readonly account: string;
  readonly faults: Faults;
  readonly access: Access;
  readonly recorder: Recorder;
  readonly bus: EventBus;
  /** Whether to empty the buckets first. */
  readonly fresh: boolean;
}

/** How often the lifecycle rules are applied, on the room's clock. S3 applies them once a day. */
const lifecyclePeriodMs = 60 * 60_000;

/** The room's S3 with the stack's buckets. It implements the operations that this project calls, and refuses the others by name. */
export class S3 {
  readonly #options: S3Options;
  readonly #buckets: ReadonlyMap<string, OpenBucket>;
  readonly #signatures: S3SignatureCheck;
  readonly #timer: Timer;

  private constructor(options: S3Options, buckets: ReadonlyMap<string, OpenBucket>) {
    this.#options = options;
    this.#buckets = buckets;
    this.#signatures = new S3SignatureCheck(options);
    // If a file cannot be removed now, the next run removes it.
    this.#timer = options.clock.setInterval(() => void this.expire().catch(() => undefined), lifecyclePeriodMs);
  }

  static async start(options: S3Options): Promise<S3> {
    const { account, bus, clock, folder, fresh } = options;
    if (fresh) await rm(folder, { recursive: true, force: true });
    const buckets = new Map<string, OpenBucket>();
    for (const { cors, eventBridge, logicalId, name } of options.buckets) {
      const store = await BucketStore.open(join(folder, logicalId));
      const events = new BucketEvents(name, store, eventBridge ? bus : undefined, account);
      buckets.set(name, { logicalId, name, store, events, clock, cors });
    }
    return new S3(options, buckets);
  }

  /** Sends the events that an earlier run did not deliver. */
  resume(): void {
    for (const { events } of this.#buckets.values()) events.announceAll();
  }

  /** Whether a request is for S3: it has a bucket in its path, or a signature for S3. */
  isFor(request: IncomingMessage): boolean {
    return this.#buckets.has(locate(request.url ?? '').bucket) || isSignedForS3(request);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', requestId);
    response.setHeader('x-amz-id-2', randomBytes(32).toString('base64'));
    response.setHeader('Date', httpDate(this.#options.clock.now()));
    const { origin = '' } = request.headers;
    const page = { origin, inRules: this.#options.addresses.originInCloud(origin, request) };
    const rules = this.#buckets.get(locate(request.url ?? '').bucket)?.cors ?? [];
    const isPreflight = request.method === 'OPTIONS';
    if (!isPreflight) allowReading(rules, page, request, response);
    const call: Call = { operation: 'unknown', caller: { function: 'nobody' }, permissions: [] };
    try {
      if (isPreflight) return preflight(rules, page, request, response);
      await this.#run(request, response, requestId, call);
    } catch (error) {
      const { pathname: resource } = locate(request.url ?? '');
      const told = error instanceof S3Error ? error : new S3Error('InternalError', messageOf(error));
      // A response that has begun cannot become an error, and a client that has left gets none.
      if (response.headersSent || request.socket.destroyed) response.destroy();
      else sendS3Error(response, told, { resource, requestId, bodiless: request.method === 'HEAD' });
    }
    const { caller, operation, permissions } = call;
    const status = response.headersSent ? response.statusCode : 400;
    this.#options.recorder.call(caller, { service: 's3', operation, permissions, start, status });
  }

  /** Applies the lifecycle rules now. */
  async expire(): Promise<void> {
    for (const { lifecycle, name } of this.#options.buckets) {
      const bucket = this.#buckets.get(name);
      if (bucket !== undefined) await expire(bucket, lifecycle);
    }
  }

  close(): void {
    this.#timer.cancel();
  }

  async #run(http: IncomingMessage, response: ServerResponse, requestId: string, call: Call): Promise<void> {
    const { access } = this.#options;
    const { bucket: name, key, canonicalPath, query } = locate(http.url ?? '');
    const signed = this.#signatures.verify(http, canonicalPath, query);
    call.caller = callerOf(signed);
    if (name === '') throw notImplemented('requests that name no bucket');
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
    const operation = operationOf({ http, key, query });
    call.operation = operation.name;
    const failure = await this.#options.faults.beforeS3?.({ ...call.caller, operation: operation.name, key });
    if (failure !== undefined) throw new S3Error('InternalError', 'The request was not carried out.');
    await operation.run({
      bucket,
      key,
      query,
      payload: signed.payload,
      origin: { requestId, sourceIp: http.socket.remoteAddress ?? '' },
      use: (action, at = key) => {
        const permission = permissionTo(action, bucket, at);
        call.permissions.push(permission);
        const refusal = access.refusal(call.caller, [permission]);
        if (refusal !== undefined) throw new S3Error('AccessDenied', refusal);
      },
      mayKnowOfAbsence: () => {
        // Without a prefix in the context, a permission to list only one prefix does not count.
        const permission = { ...permissionTo('ListBucket', bucket, ''), context: {} };
        return access.allows(call.caller, permission);
      },
      http,
      response,
    });
  }
}

/** The record of a request, filled in step by step. */
interface Call {
  operation: string;
  caller: Attribution;
  readonly permissions: UsedPermission[];
}

/** The permission that IAM checks: for an object, or to list the keys with a prefix. */
function permissionTo(action: string, { logicalId, name }: OpenBucket, key: string): UsedPermission {
  const permission = { action: `s3:${action}`, resource: logicalId, key };
  if (action !== 'ListBucket') return { ...permission, arn: `arn:aws:s3:::${name}/${key}` };
  return { ...permission, arn: `arn:aws:s3:::${name}`, context: { 's3:prefix': key } };
}

/** The caller of a request. A presigned URL belongs to no invocation: it is used after the one that signed it. */
function callerOf({ identity, presigned }: Signed) {
  const caller = identity.caller();
  return presigned ? { function: caller.function } : caller;
}

/** Parses a path-style URL. */
function locate(url: string) {
  const [pathname = '', search = ''] = url.split(/\?(.*)/s);
  const [, bucket = '', ...key] = pathname.split('/').map(decode);
  return {
    pathname,
    bucket,
    key: key.join('/'),
    /** The path in the encoding of the signature, however the client encoded it. */
    canonicalPath: pathname
      .split('/')
      .map((segment) => escapeUri(decode(segment)))
      .join('/'),
    query: new URLSearchParams(search),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
