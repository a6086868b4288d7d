import type { S3Call } from '../machine.ts';
import { here } from './machine.ts';
import { NotSimulated } from './not-simulated.ts';

interface Input {
  readonly Key: string;
  readonly ContentLength?: number;
  readonly ChecksumSHA256?: string;
}

class ObjectCommand {
  readonly input: Input;

  constructor(input: Input) {
    this.input = input;
  }
}

export class HeadObjectCommand extends ObjectCommand {}
export class DeleteObjectCommand extends ObjectCommand {}
export class ListObjectsV2Command {
  readonly input: { readonly Prefix: string };

  constructor(input: { readonly Prefix: string }) {
    this.input = input;
  }
}

export class GetObjectCommand extends ObjectCommand {}
export class PutObjectCommand extends ObjectCommand {}

export class S3ServiceException extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(httpStatusCode: number) {
    super(`S3: status ${httpStatusCode}`);
    this.$metadata = { httpStatusCode };
  }
}

/** The SDK's client for the calls of the files function, with its retries. */
export class S3Client {
  readonly #maxAttempts: number;

  constructor({ maxAttempts }: { maxAttempts: number }) {
    this.#maxAttempts = maxAttempts;
  }

  async send(command: ObjectCommand | ListObjectsV2Command): Promise<object> {
    const call: S3Call =
      command instanceof ListObjectsV2Command
        ? { operation: 'ListObjectsV2', key: command.input.Prefix }
        : { operation: command instanceof HeadObjectCommand ? 'HeadObject' : 'DeleteObject', key: command.input.Key };
    for (let attempt = 1; ; attempt += 1) {
      const { status, object, keys = [] } = await here.s3(call);
      const Contents = keys.map((Key) => ({ Key }));
      if (status < 300) return { ContentLength: object?.size, ChecksumSHA256: object?.checksum, Contents };
      if (status < 500 || attempt >= this.#maxAttempts) throw new S3ServiceException(status);
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
  { input, ...command }: ObjectCommand,
  { signingDate, expiresIn }: Signing,
): Promise<string> {
  void command;
  const { Key: key, ContentLength: size, ChecksumSHA256: checksum } = input;
  const until = signingDate.getTime() + expiresIn * 1000;
  return `https://bucket.invalid/?${new URLSearchParams(JSON.parse(JSON.stringify({ key, until, size, checksum })))}`;
}

export {
  NotSimulated as CompleteMultipartUploadCommand,
  NotSimulated as CreateMultipartUploadCommand,
  NotSimulated as UploadPartCommand,
};

export async function* paginateListObjectsV2(): AsyncGenerator<{ Contents: [] }> {
  yield { Contents: [] };
}
