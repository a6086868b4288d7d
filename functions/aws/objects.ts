import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Objects } from '../chat/files/ports.ts';
import { newVersionTag } from '../chat/token.ts';
import { isNotThere } from './absent-object.ts';
import { requireEnv } from './environment.ts';
import { variables } from './names.ts';
import { fileId, objectKeyOf } from './object-key.ts';
import { s3Client } from './s3-client.ts';

const asBase64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
const asHex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');

/** The signed headers of an upload. S3 refuses other bytes, another length, and a second upload. */
const bound = ['content-length', 'if-none-match', 'x-amz-checksum-sha256'];

const s3 = s3Client(5_000);

const where = (objectKey: string) => ({ Bucket: requireEnv(variables.bucket), Key: objectKey });

const signing = (now: number, until: number) => ({
  signingDate: new Date(now),
  expiresIn: Math.floor((until - now) / 1000),
});

/** The bytes of files in S3. Clients use presigned URLs. Signing one makes no request. */
export const objects: Objects = {
  newKey: (recipientId, senderName, name) => objectKeyOf(recipientId, fileId(senderName, name), newVersionTag()),

  async uploadUrl({ objectKey, size, sha256 }, now, until) {
    const checksum = asBase64(sha256);
    const put = new PutObjectCommand({
      ...where(objectKey),
      ContentLength: size,
      ChecksumSHA256: checksum,
      IfNoneMatch: '*',
    });
    const url = await getSignedUrl(s3, put, {
      ...signing(now, until),
      signableHeaders: new Set(['host', ...bound]),
      // If a header moved into the query, it would be signed, but S3 would not enforce it.
      unhoistableHeaders: new Set(bound),
    });
    return {
      url,
      headers: { 'content-length': String(size), 'if-none-match': '*', 'x-amz-checksum-sha256': checksum },
    };
  },

  downloadUrl({ objectKey }, now, until) {
    // A browser saves the file and never shows it: a page from a sender would run in the bucket's origin.
    const asAttachment = { ResponseContentDisposition: 'attachment', ResponseContentType: 'application/octet-stream' };
    return getSignedUrl(s3, new GetObjectCommand({ ...where(objectKey), ...asAttachment }), signing(now, until));
  },

  async find(objectKey) {
    try {
      const head = await s3.send(new HeadObjectCommand({ ...where(objectKey), ChecksumMode: 'ENABLED' }));
      return {
        size: head.ContentLength ?? 0,
        sha256: head.ChecksumSHA256 === undefined ? undefined : asHex(head.ChecksumSHA256),
      };
    } catch (error) {
      if (isNotThere(error)) return undefined;
      throw error;
    }
  },

  async remove(objectKey) {
    await s3.send(new DeleteObjectCommand(where(objectKey)));
  },
};
