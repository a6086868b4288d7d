import type { EventBus } from '../events/event-bus.ts';
import type { StoredObject } from './records.ts';
import type { BucketStore } from './store.ts';

/** The request that made something happen to an object. */
export interface Origin {
  readonly requestId: string;
  readonly sourceIp: string;
}

export type CreationReason = 'PutObject' | 'CompleteMultipartUpload';

/**
 * Tells EventBridge what happens to a bucket's objects, in the form of
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html. S3 tells at least once: an object that this process could tell
 * nobody of, because it ended, is told of at the next start.
 */
export class BucketEvents {
  readonly #name: string;
  readonly #store: BucketStore;
  readonly #bus: EventBus | undefined;
  readonly #account: string;
  #sequence = 0;

  /** @param bus undefined if the bucket tells EventBridge nothing. */
  constructor(name: string, store: BucketStore, bus: EventBus | undefined, account: string) {
    this.#name = name;
    this.#store = store;
    this.#bus = bus;
    this.#account = account;
  }

  /** The object with the event that will tell of it. */
  created(object: StoredObject, reason: CreationReason, origin: Origin): StoredObject {
    const { key, size, etag, lastModified } = object;
    const detail = {
      object: { key, size, etag, sequencer: this.#sequencer(lastModified) },
      ...this.#circumstances(origin, reason),
    };
    const event = this.#bus?.event('aws.s3', 'Object Created', [this.#arn], detail);
    return event === undefined ? object : { ...object, event };
  }

  /** Tells of an object that has been stored; nobody waits for who hears it. */
  announce(key: string): void {
    const object = this.#store.object(key);
    if (object !== undefined) void this.#announce(object);
  }

  /** Tells of every object that may not have been told of. */
  announceAll(): void {
    for (const object of this.#store.objects) void this.#announce(object);
  }

  /** Tells of an object that was deleted; `origin` is undefined for S3 itself. */
  deleted(key: string, reason: 'DeleteObject' | 'Lifecycle Expiration', at: number, origin?: Origin): void {
    if (this.#bus === undefined) return;
    const detail = {
      object: { key, sequencer: this.#sequencer(at) },
      ...this.#circumstances(origin, reason),
      'deletion-type': 'Permanently Deleted',
    };
    void this.#bus.deliver(this.#bus.event('aws.s3', 'Object Deleted', [this.#arn], detail));
  }

  async #announce(object: StoredObject): Promise<void> {
    if (object.event === undefined) return;
    if ((await this.#bus?.deliver(object.event)) === true) await this.#store.announced(object);
  }

  #circumstances(origin: Origin | undefined, reason: string): object {
    return {
      version: '0',
      bucket: { name: this.#name },
      requester: origin === undefined ? 's3.amazonaws.com' : this.#account,
      ...(origin && { 'request-id': origin.requestId, 'source-ip-address': origin.sourceIp }),
      reason,
    };
  }

  get #arn(): string {
    return `arn:aws:s3:::${this.#name}`;
  }

  /** Tells which of two events on a key came first, as long as both have the same number of digits. */
  #sequencer(at: number): string {
    this.#sequence += 1;
    const digits = [at.toString(16).padStart(12, '0'), (this.#sequence % 0x1000000).toString(16).padStart(6, '0')];
    return digits.join('').toUpperCase();
  }
}
