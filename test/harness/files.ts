import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DeleteCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Arguments, Result } from '../../protocol/index.ts';
import type { GrantedReply, RawClient } from './raw-client.ts';
import type { RoomParts, SceneRoom } from './room.ts';
import type { Tables } from './tables.ts';

/** A file on a user's disk. */
export interface OwnFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The description of a file to send. */
export function announcementOf(to: string, { name, bytes }: OwnFile): Arguments<'file'> {
  return { to, name, size: bytes.length, sha256: sha256Of(bytes) };
}

/** The SHA-256 of a content, in hexadecimal. */
export const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** An answer of the store. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The reply to `file`: the URL and the headers for the upload. */
export interface Place {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Uploads bytes to the URL of the reply, with its headers. A scene may add or replace headers. */
export function put(place: Place, bytes: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return exchange('PUT', place.url, { ...place.headers, ...headers }, bytes);
}

/** Begins an upload, and aborts it after this number of bytes. */
export async function putHalf({ url, headers }: Place, bytes: Buffer, count: number): Promise<void> {
  const outgoing = request(url, { method: 'PUT', headers });
  outgoing.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void outgoing.once('close', resolve));
  await new Promise<void>((resolve) => void outgoing.write(bytes.subarray(0, count), () => resolve()));
  outgoing.destroy();
  await closed;
}

/** Downloads from the URL of a `fileget` reply: all bytes, or a range (`bytes=5-`). */
export function get({ url }: Result<'fileget'>, range?: string): Promise<Answer> {
  if (url === undefined) throw new Error('the reply has no URL');
  return exchange('GET', url, range === undefined ? {} : { range });
}

async function exchange(method: string, url: string, headers: Record<string, string>, bytes?: Buffer): Promise<Answer> {
  const outgoing = request(url, { method, headers, agent: false });
  outgoing.end(bytes);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

/** Sends a file as a client does: sends `file` and uploads the bytes. Returns the reply to `file`. */
export async function send(client: RawClient, to: string, file: OwnFile): Promise<GrantedReply<'file'>> {
  const place = await client.get('file', announcementOf(to, file));
  const { status, body } = await put(place, file.bytes);
  if (status !== 200) throw new Error(`the store answered the upload with ${status}: ${body.toString()}`);
  return place;
}

/** The content of every new file. */
export const sample = Buffer.from('I have stored a test file for convenience.\n');
let count = 0;

/** A file with a unique name and the content {@link sample}. */
export function newFile(): OwnFile {
  count += 1;
  return { name: `test_file ${count}.txt`, bytes: sample };
}

/** Announces a new file. Returns the file and its upload URL. */
export async function announce(client: RawClient, to: string): Promise<OwnFile & { place: GrantedReply<'file'> }> {
  const file = newFile();
  return { ...file, place: await client.get('file', announcementOf(to, file)) };
}

/** The names of the files that wait for a user. */
export async function offered(client: RawClient): Promise<string[]> {
  const { files = [] } = await client.get('fileget', {});
  return files.map(({ name }) => name);
}

/** The messages about a file in a user's inbox. */
export async function told(room: SceneRoom, inbox: string, name: string): Promise<unknown[]> {
  const items = await room.database.stream(`inbox/${inbox}`);
  return items.filter((one) => one['name'] === name).map((one) => one['event']);
}

/** A room's files, read without its functions: their records and their bytes. */
export class RoomFiles {
  readonly #tables: Tables;
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #invoke: RoomParts['invoke'];

  constructor({ tables, bucket, invoke }: Pick<RoomParts, 'tables' | 'bucket' | 'invoke'>) {
    this.#tables = tables;
    this.#s3 = bucket.s3;
    this.#bucket = bucket.name;
    this.#invoke = invoke;
  }

  async records(): Promise<Record<string, unknown>[]> {
    const TableName = this.#tables.name('FileRecords');
    const { Items = [] } = await this.#tables.db.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items;
  }

  async states(): Promise<unknown[]> {
    return (await this.records()).map(({ state }) => state);
  }

  /** The key of the object of the only file. */
  async onlyKey(): Promise<string> {
    const [record] = await this.records();
    if (!record) throw new Error('no file is on record');
    return String(record['objectKey']);
  }

  /** The keys of all objects of files. */
  async objects(): Promise<string[]> {
    const list = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: 'files/' });
    return ((await this.#s3.send(list)).Contents ?? []).map(({ Key }) => Key ?? '');
  }

  /** The numbers of records and objects. */
  async count(): Promise<{ records: number; objects: number }> {
    const [records, objects] = await Promise.all([this.records(), this.objects()]);
    return { records: records.length, objects: objects.length };
  }

  /** Puts bytes at a key, which only the room's operator can do. */
  async plant(key: string, bytes: Buffer): Promise<void> {
    await this.#s3.send(
      new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: bytes, ChecksumAlgorithm: 'SHA256' }),
    );
  }

  async lose(key: string): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  /** Sends the event of an object to the files function again, as S3 may. Waits until the function has run. */
  async tellAgain(key: string): Promise<void> {
    const detail = { bucket: { name: this.#bucket }, object: { key } };
    await this.#invoke('Files', { source: 'aws.s3', 'detail-type': 'Object Created', detail });
  }

  /** Makes every file in one of these states due, or all files. */
  async makeDue(...states: readonly string[]): Promise<void> {
    const TableName = this.#tables.name('FileRecords');
    for (const { recipient, file, state } of await this.records()) {
      if (states.length > 0 && !states.includes(String(state))) continue;
      const due = new UpdateCommand({
        TableName,
        Key: { recipient, file },
        UpdateExpression: 'SET dueAt = :now',
        ConditionExpression: '#state = :state',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':now': Date.now(), ':state': state },
      });
      // A file that has changed its state has another due time.
      await this.#tables.db.send(due).catch((error) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      });
    }
  }

  /**
   * Writes this number of copies of the only record, as if that many files were waiting. Returns a function that
   * removes them.
   */
  async multiply(count: number): Promise<() => Promise<void>> {
    const TableName = this.#tables.name('FileRecords');
    const [model = {}] = await this.records();
    const keys = Array.from({ length: count }, (_, i) => ({ recipient: model['recipient'], file: `${i}` }));
    for (const key of keys) {
      await this.#tables.db.send(new PutCommand({ TableName, Item: { ...model, ...key, name: key.file } }));
    }
    return async () => {
      for (const Key of keys) await this.#tables.db.send(new DeleteCommand({ TableName, Key }));
    };
  }

  /** Ends all files, as if they were due. */
  async clear(): Promise<void> {
    await this.makeDue();
    await this.tidy();
  }

  /** Runs the tidying once, as the schedule does. */
  async tidy(): Promise<void> {
    await this.#invoke('Files', { source: 'aws.events', 'detail-type': 'Scheduled Event' });
  }
}
