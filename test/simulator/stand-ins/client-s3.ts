import type { S3Call } from '../machine.ts';
import { commandOf as anyCommandOf } from './command-of.ts';
import { here } from './machine.ts';

interface Input {
  readonly Key?: string;
  readonly Prefix?: string;
  readonly Range?: string;
  readonly Body?: Uint8Array;
  readonly UploadId?: string;
  readonly PartNumber?: number;
  readonly MultipartUpload?: { readonly Parts: readonly { readonly ETag: string }[] };
  readonly ContentLength?: number;
  readonly ChecksumSHA256?: string;
}

const commandOf = (operation: S3Call['operation']) => anyCommandOf<S3Call['operation'], Input>(operation);
type Command = InstanceType<ReturnType<typeof commandOf>>;

export const HeadObjectCommand = commandOf('HeadObject');
export const DeleteObjectCommand = commandOf('DeleteObject');
export const ListObjectsV2Command = commandOf('ListObjectsV2');
export const GetObjectCommand = commandOf('GetObject');
export const PutObjectCommand = commandOf('PutObject');
export const CreateMultipartUploadCommand = commandOf('CreateMultipartUpload');
export const UploadPartCommand = commandOf('UploadPart');
export const CompleteMultipartUploadCommand = commandOf('CompleteMultipartUpload');

export class S3ServiceException extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(httpStatusCode: number, name = 'S3ServiceException') {
    super(`S3: status ${httpStatusCode}`);
    this.name = name;
    this.$metadata = { httpStatusCode };
  }
}

function callOf({ operation, input }: Command): S3Call {
  const { Key, Prefix, Range, Body, UploadId, PartNumber, MultipartUpload } = input;
  return {
    ...{ operation, key: Key ?? Prefix ?? '' },
    ...(Range !== undefined && { range: Range }),
    ...(Body !== undefined && { body: Body }),
    ...(UploadId !== undefined && { uploadId: UploadId }),
    ...(PartNumber !== undefined && { part: PartNumber }),
    ...(MultipartUpload !== undefined && { tags: MultipartUpload.Parts.map(({ ETag }) => ETag) }),
  };
}

/** The SDK's client, with its retries. */
export class S3Client {
  readonly #maxAttempts: number;

  constructor({ maxAttempts }: { maxAttempts: number }) {
    this.#maxAttempts = maxAttempts;
  }

  async send(command: Command): Promise<object> {
    const call = callOf(command);
    for (let attempt = 1; ; attempt += 1) {
      const { status, error, object, objects = [], bytes, uploadId, tag } = await here.s3(call);
      if (status < 300) {
        return {
          ...{ ContentLength: object?.size, ChecksumSHA256: object?.checksum, UploadId: uploadId, ETag: tag },
          Contents: objects.map(({ key, size, storedAt }) => ({
            ...{ Key: key, Size: size, LastModified: new Date(storedAt) },
          })),
          ...(bytes && { Body: { transformToByteArray: async () => bytes } }),
        };
      }
      if (status < 500 || attempt >= this.#maxAttempts) throw new S3ServiceException(status, error);
      await here.sleep(here.random() * Math.min(20_000, 100 * 2 ** attempt));
    }
  }
}

interface Signing {
  readonly signingDate: Date;
  readonly expiresIn: number;
}

/** A URL that says what it allows, in place of a signature. */
export async function getSignedUrl(
  _client: S3Client,
  { input }: Command,
  { signingDate, expiresIn }: Signing,
): Promise<string> {
  const { Key: key, ContentLength: size, ChecksumSHA256: checksum } = input;
  const until = signingDate.getTime() + expiresIn * 1000;
  return `https://bucket.invalid/?${new URLSearchParams(JSON.parse(JSON.stringify({ key, until, size, checksum })))}`;
}

/** Lists are never longer than a page. */
export async function* paginateListObjectsV2({ client }: { client: S3Client }, input: Input): AsyncGenerator<object> {
  yield await client.send(new ListObjectsV2Command(input));
}
