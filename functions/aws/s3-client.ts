import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { s3IsElsewhere } from './environment.ts';

/** @param requestTimeout milliseconds. */
export const s3Client = (requestTimeout: number): S3Client =>
  new S3Client({
    maxAttempts: 5,
    forcePathStyle: s3IsElsewhere(),
    // Otherwise the SDK would sign the checksum of an empty body into the URL of an upload. Files and backups have checksums
    // of their own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout, throwOnRequestTimeout: true }),
  });
