import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { BackupEntry, BackupStore, BucketFile } from '../../chat/backup/ports.ts';
import { isNotThere } from '../absent-object.ts';
import { requireEnv } from '../environment.ts';
import { unfinishedBackups, variables } from '../names.ts';
import { s3Client } from '../s3-client.ts';

/** The S3 client of the admin function. A part of an upload has several megabytes. */
export const s3 = s3Client(30_000);

/** Seconds for which a presigned URL is valid: the transfer must begin by then, and may end later. */
const urlSeconds = 300;

const bucket = () => requireEnv(variables.bucket);
const keyOf = ({ folder, name }: BucketFile) => `${folder}/${name}`;
const at = (file: BucketFile) => ({ Bucket: bucket(), Key: keyOf(file) });

/** A lifecycle rule of the bucket expires stashes. */
const stashAt = (key: string) => ({ Bucket: bucket(), Key: `${unfinishedBackups}/${key}` });

async function get(input: GetObjectCommandInput): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand(input));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

/** S3's response to a request of an upload; undefined if the upload was completed before. */
async function unlessCompleted<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'NoSuchUpload') return undefined;
    throw error;
  }
}

/** Backups and saved logs in the room's bucket. */
export const backupStore: BackupStore = {
  async beginUpload(file) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at(file)));
    if (UploadId === undefined) throw new Error('S3 returned no upload id');
    return UploadId;
  },

  async uploadPart(file, UploadId, PartNumber, Body) {
    const part = await unlessCompleted(s3.send(new UploadPartCommand({ ...at(file), UploadId, PartNumber, Body })));
    if (part && part.ETag === undefined) throw new Error('S3 returned no tag for a part');
    return part?.ETag;
  },

  async finishUpload(file, UploadId, tags) {
    const Parts = tags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
    const complete = new CompleteMultipartUploadCommand({ ...at(file), UploadId, MultipartUpload: { Parts } });
    return (await unlessCompleted(s3.send(complete))) !== undefined;
  },

  async open(file) {
    try {
      const { ContentLength = 0 } = await s3.send(new HeadObjectCommand(at(file)));
      return {
        size: ContentLength,
        async read(offset, length) {
          // S3 rejects a range that begins at the end.
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
    const found: BackupEntry[] = [];
    const input = { Bucket: bucket(), Prefix: `${folder}/` };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, input)) {
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of Contents) {
        const name = Key.slice(folder.length + 1);
        // Stashes are in a folder of their own.
        if (!name.includes('/')) found.push({ name, bytes: Size, storedAt: LastModified.toISOString() });
      }
    }
    return found;
  },

  async stash(key, bytes) {
    await s3.send(new PutObjectCommand({ ...stashAt(key), Body: bytes }));
  },

  unstash: (key) => get(stashAt(key)),

  downloadUrl: (file) => getSignedUrl(s3, new GetObjectCommand(at(file)), { expiresIn: urlSeconds }),

  async uploadUrl(file, bytes) {
    const command = new PutObjectCommand({ ...at(file), ContentLength: bytes });
    const signableHeaders = new Set(['host', 'content-length']);
    const url = await getSignedUrl(s3, command, { expiresIn: urlSeconds, signableHeaders });
    return { url, headers: { 'content-length': String(bytes) } };
  },
};
