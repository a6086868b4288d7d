import { createHash } from 'node:crypto';
import type { S3Answer, S3Call } from './machine.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

export const sha256 = (content: string, encoding: 'hex' | 'base64'): string =>
  createHash('sha256').update(content).digest(encoding);

/** The room's bucket, as far as files need it: presigned transfers, and S3's events. */
export class Bucket {
  readonly #world: World;
  readonly #objects = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  get keys(): string[] {
    return [...this.#objects.keys()];
  }

  /** One attempt of a function's call. */
  call(process: SimulatedProcess, { operation, key }: S3Call, answer: (answer: S3Answer) => void): void {
    const { scheduler, weather } = this.#world;
    const { before, after } = weather.bucket;
    const dice = scheduler.random.next();
    scheduler.after(this.#latency(), () => {
      const content = this.#objects.get(key);
      if (dice >= before && operation === 'DeleteObject') this.#objects.delete(key);
      const isFailed = dice < before + after;
      scheduler.note(`${process.name} ${operation} ${key}${isFailed ? ': failed' : ''}`);
      const found = content === undefined ? { status: 403 } : { status: 200, object: metadata(content) };
      const keys = this.keys.filter((one) => one.startsWith(key)).sort();
      const done = { HeadObject: found, DeleteObject: { status: 204 }, ListObjectsV2: { status: 200, keys } }[
        operation
      ];
      scheduler.after(this.#latency(), () => answer(isFailed ? { status: 500 } : done));
    });
  }

  /** A client uploads the bytes of a file. Returns S3's status. */
  async upload(url: string, content: string): Promise<number> {
    const { scheduler } = this.#world;
    const { key = '', until, size, checksum } = Object.fromEntries(new URL(url).searchParams);
    await scheduler.pause(this.#world.latency(20, 200));
    if (scheduler.now > Number(until)) return 403;
    const given = metadata(content);
    if (given.checksum !== checksum || given.size !== Number(size)) return 400;
    if (this.#objects.has(key)) return 412;
    this.#objects.set(key, content);
    scheduler.note(`a file is uploaded: ${key}`);
    this.#tell(key);
    await scheduler.pause(this.#world.latency(20, 200));
    return 200;
  }

  /** A client downloads a file. Undefined if S3 refuses. */
  async download(url: string): Promise<string | undefined> {
    const { key = '', until } = Object.fromEntries(new URL(url).searchParams);
    await this.#world.scheduler.pause(this.#world.latency(20, 200));
    return this.#world.scheduler.now > Number(until) ? undefined : this.#objects.get(key);
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

const metadata = (content: string) => ({ size: content.length, checksum: sha256(content, 'base64') });
