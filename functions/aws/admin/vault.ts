import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Vault, VaultEntry, VaultFile } from '../../chat/backup/ports.ts';
import { isNotThere } from '../absent-object.ts';
import { requireEnv, s3IsElsewhere } from '../environment.ts';
import { unfinishedBackups, variables } from '../names.ts';

/** S3 as the administrator's function uses it. */
export const s3 = new S3Client({
  maxAttempts: 5,
  forcePathStyle: s3IsElsewhere(),
  // A presigned upload has no body yet whose checksum could be signed; seals tell whether the others are whole.
  requestChecksumCalculation: 'WHEN_REQUIRED',
  // A part of several megabytes is a request too.
  requestHandler: new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: 30_000,
    throwOnRequestTimeout: true,
  }),
});

/** Seconds that an address is good for: to begin with, not to end. */
const urlSeconds = 300;

const bucket = () => requireEnv(variables.bucket);
const keyOf = ({ folder, name }: VaultFile) => `${folder}/${name}`;
const at = (file: VaultFile) => ({ Bucket: bucket(), Key: keyOf(file) });

/** Below the backups: what is put aside goes by a rule of the bucket. */
const aside = (key: string) => ({ Bucket: bucket(), Key: `${unfinishedBackups}/${key}` });

async function get(input: GetObjectCommandInput): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand(input));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

/** What S3 says to a part of an upload, or to its end; undefined if the upload is over. */
async function unlessOver<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'NoSuchUpload') return undefined;
    throw error;
  }
}

/** Backups and saved logs in the room's bucket. */
export const vault: Vault = {
  async beginUpload(file) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at(file)));
    if (UploadId === undefined) throw new Error('S3 began no upload');
    return UploadId;
  },

  async uploadPart(file, UploadId, PartNumber, Body) {
    const part = await unlessOver(s3.send(new UploadPartCommand({ ...at(file), UploadId, PartNumber, Body })));
    if (part && part.ETag === undefined) throw new Error('S3 gave a part no tag');
    return part?.ETag;
  },

  async finishUpload(file, UploadId, tags) {
    const Parts = tags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
    const complete = new CompleteMultipartUploadCommand({ ...at(file), UploadId, MultipartUpload: { Parts } });
    return (await unlessOver(s3.send(complete))) !== undefined;
  },

  async open(file) {
    try {
      const { ContentLength = 0 } = await s3.send(new HeadObjectCommand(at(file)));
      return {
        size: ContentLength,
        async read(offset, length) {
          // S3 refuses a range that begins at the end.
          if (offset >= ContentLength) return new Uint8Array();
          return get({ ...at(file), Range: `bytes=${offset}-${Math.min(offset + length, ContentLength) - 1}` });
        },
      };
    } catch (error) {
      if (isNotThere(error)) return undefined;
      throw error;
    }
  },

  async list(folder) {
    const found: VaultEntry[] = [];
    let from: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket(), Prefix: `${folder}/`, ContinuationToken: from }),
      );
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        const name = Key.slice(folder.length + 1);
        // What is put aside is in a folder of its own.
        if (!name.includes('/')) found.push({ name, bytes: Size, storedAt: LastModified.toISOString() });
      }
      from = page.NextContinuationToken;
    } while (from !== undefined);
    return found;
  },

  async stash(key, bytes) {
    await s3.send(new PutObjectCommand({ ...aside(key), Body: bytes }));
  },

  unstash: (key) => get(aside(key)),

  downloadUrl: (file) => getSignedUrl(s3, new GetObjectCommand(at(file)), { expiresIn: urlSeconds }),

  async uploadUrl(file, bytes) {
    const command = new PutObjectCommand({ ...at(file), ContentLength: bytes });
    const signableHeaders = new Set(['host', 'content-length']);
    const url = await getSignedUrl(s3, command, { expiresIn: urlSeconds, signableHeaders });
    return { url, headers: { 'content-length': String(bytes) } };
  },
};
