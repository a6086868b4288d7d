import { createHash } from 'node:crypto';
import type { S3Answer, S3Call } from './machine.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

export const sha256 = (content: string | Uint8Array, encoding: 'hex' | 'base64'): string =>
  createHash('sha256').update(content).digest(encoding);

interface StoredObject {
  readonly bytes: Buffer;
  /** S3 knows none of an object that was uploaded in parts. */
  readonly checksum: string | undefined;
  readonly storedAt: number;
}

/** The room's bucket: presigned transfers, uploads in parts, and S3's events. */
export class Bucket {
  readonly #world: World;
  readonly #objects = new Map<string, StoredObject>();
  /** The parts of the uploads that are not complete, by upload. */
  readonly #uploads = new Map<string, Map<string, Buffer>>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The keys of all objects in a folder. */
  keys(folder: string): string[] {
    return [...this.#objects.keys()].filter((key) => key.startsWith(folder));
  }

  bytes(key: string): Buffer | undefined {
    return this.#objects.get(key)?.bytes;
  }

  put(key: string, bytes: Uint8Array, checksum?: string): void {
    this.#objects.set(key, { bytes: Buffer.from(bytes), checksum, storedAt: this.#world.scheduler.now });
  }

  /** One attempt of a function's call. */
  call(process: SimulatedProcess, call: S3Call, answer: (answer: S3Answer) => void): void {
    const { scheduler, weather } = this.#world;
    const { before, after } = weather.bucket;
    const dice = scheduler.random.next();
    scheduler.after(this.#latency(), () => {
      const isFailed = dice < before + after;
      const done = dice < before ? { status: 500 } : this.#carryOut(call);
      scheduler.note(`${process.name} ${call.operation} ${call.key}${isFailed ? ': failed' : ''}`);
      scheduler.after(this.#latency(), () => answer(isFailed ? { status: 500 } : done));
    });
  }

  #carryOut({ operation, key, range, body, uploadId = '', part, tags = [] }: S3Call): S3Answer {
    const found = this.#objects.get(key);
    const parts = this.#uploads.get(uploadId);
    switch (operation) {
      case 'HeadObject':
        return found
          ? { status: 200, object: { size: found.bytes.length, checksum: found.checksum } }
          : { status: 403 };
      case 'GetObject': {
        const [first = 0, last = Number.POSITIVE_INFINITY] = range?.match(/\d+/g)?.map(Number) ?? [];
        return found ? { status: 200, bytes: found.bytes.subarray(first, last + 1) } : { status: 403 };
      }
      case 'DeleteObject':
        this.#objects.delete(key);
        return { status: 204 };
      case 'PutObject':
        this.put(key, body ?? new Uint8Array());
        return { status: 200 };
      case 'ListObjectsV2': {
        const all = [...this.#objects]
          .filter(([one]) => one.startsWith(key))
          .sort(([one], [other]) => (one < other ? -1 : 1));
        return {
          status: 200,
          objects: all.map(([one, { bytes, storedAt }]) => ({ key: one, size: bytes.length, storedAt })),
        };
      }
      case 'CreateMultipartUpload': {
        const id = this.#world.scheduler.random.bytes(6).toString('hex');
        this.#uploads.set(id, new Map());
        return { status: 200, uploadId: id };
      }
      case 'UploadPart': {
        const tag = `${part} ${sha256(body ?? '', 'hex')}`;
        parts?.set(tag, Buffer.from(body ?? ''));
        return parts ? { status: 200, tag } : { status: 404, error: 'NoSuchUpload' };
      }
      case 'CompleteMultipartUpload': {
        if (!parts) return { status: 404, error: 'NoSuchUpload' };
        const all = tags.map((tag) => parts.get(tag));
        if (all.includes(undefined)) return { status: 400, error: 'InvalidPart' };
        this.#uploads.delete(uploadId);
        this.put(key, Buffer.concat(all.map((bytes) => bytes ?? Buffer.alloc(0))));
        return { status: 200 };
      }
    }
  }

  /** A client uploads the bytes of a file. Returns S3's status. */
  async upload(url: string, content: string): Promise<number> {
    const { scheduler } = this.#world;
    const { key = '', until, size, checksum } = Object.fromEntries(new URL(url).searchParams);
    await scheduler.pause(this.#world.latency(20, 200));
    if (scheduler.now > Number(until)) return 403;
    if (sha256(content, 'base64') !== checksum || content.length !== Number(size)) return 400;
    if (this.#objects.has(key)) return 412;
    this.put(key, Buffer.from(content), checksum);
    scheduler.note(`a file is uploaded: ${key}`);
    this.#tell(key);
    await scheduler.pause(this.#world.latency(20, 200));
    return 200;
  }

  /** A client downloads a file. Undefined if S3 refuses. */
  async download(url: string): Promise<string | undefined> {
    const { key = '', until } = Object.fromEntries(new URL(url).searchParams);
    await this.#world.scheduler.pause(this.#world.latency(20, 200));
    return this.#world.scheduler.now > Number(until) ? undefined : this.bytes(key)?.toString();
  }

  /** EventBridge delivers an event at least once, and S3 hardly ever loses one. */
  #tell(key: string): void {
    const { scheduler, weather } = this.#world;
    const { lost, late, twice } = weather.event;
    if (scheduler.random.chance(lost)) return;
    const event = { source: 'aws.s3', 'detail-type': 'Object Created', detail: { object: { key } } };
    for (let time = scheduler.random.chance(twice) ? 2 : 1; time > 0; time -= 1) {
      const delay = scheduler.random.chance(late) ? scheduler.random.between(0, 60_000) : this.#world.latency(50, 500);
      scheduler.after(delay, () => this.#world.lambda.schedule('files', event));
    }
  }

  #latency(): number {
    return this.#world.latency(5, 20);
  }
}
