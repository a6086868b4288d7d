import type { EventBus } from '../events/event-bus.ts';
import type { StoredObject } from './records.ts';
import type { BucketStore } from './store.ts';

/** The request that caused an event. */
export interface Origin {
  readonly requestId: string;
  readonly sourceIp: string;
}

export type CreationReason = 'PutObject' | 'CompleteMultipartUpload';

/**
 * Sends a bucket's events to EventBridge (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html). Delivery is at least
 * once: an event that was not delivered before the process ended is sent at the next start.
 */
export class BucketEvents {
  readonly #name: string;
  readonly #store: BucketStore;
  readonly #bus: EventBus | undefined;
  readonly #account: string;
  #sequence = 0;

  /** @param bus undefined if the bucket sends no events. */
  constructor(name: string, store: BucketStore, bus: EventBus | undefined, account: string) {
    this.#name = name;
    this.#store = store;
    this.#bus = bus;
    this.#account = account;
  }

  /** The object together with its event, which is stored until it is delivered. */
  created(object: StoredObject, reason: CreationReason, origin: Origin): StoredObject {
    const { key, size, etag, lastModified } = object;
    const detail = {
      object: { key, size, etag, sequencer: this.#sequencer(lastModified) },
      ...this.#circumstances(origin, reason),
    };
    const event = this.#bus?.event('aws.s3', 'Object Created', [this.#arn], detail);
    return event === undefined ? object : { ...object, event };
  }

  /** Sends a stored object's event, without waiting for the delivery. */
  announce(key: string): void {
    const object = this.#store.object(key);
    if (object !== undefined) void this.#announce(object);
  }

  /** Sends every event that may not have been delivered. */
  announceAll(): void {
    for (const object of this.#store.objects) void this.#announce(object);
  }

  /** Sends the event for a deletion; `origin` is undefined if a lifecycle rule deleted the object. */
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
    if ((await this.#bus?.deliver(object.event)) !== true) return;
    // If the disk is full, the next start sends the event again.
    await this.#store.announced(object).catch(() => undefined);
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

  /** Orders the events of a key. All sequencers have the same length, so they compare as strings. */
  #sequencer(at: number): string {
    this.#sequence += 1;
    const digits = [at.toString(16).padStart(12, '0'), (this.#sequence % 0x1000000).toString(16).padStart(6, '0')];
    return digits.join('').toUpperCase();
  }
}
