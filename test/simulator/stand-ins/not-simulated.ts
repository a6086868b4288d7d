/** S3 and the log are not simulated: the functions load, and no workload uses their bytes. */
class NotSimulated {
  readonly input: unknown;

  constructor(input?: unknown) {
    this.input = input;
  }

  send(): Promise<never> {
    return Promise.reject(new Error('this service is not simulated'));
  }
}

export {
  NotSimulated as CloudWatchLogsClient,
  NotSimulated as CompleteMultipartUploadCommand,
  NotSimulated as CreateMultipartUploadCommand,
  NotSimulated as DeleteObjectCommand,
  NotSimulated as FilterLogEventsCommand,
  NotSimulated as GetObjectCommand,
  NotSimulated as HeadObjectCommand,
  NotSimulated as ListObjectsV2Command,
  NotSimulated as PutObjectCommand,
  NotSimulated as S3Client,
  NotSimulated as UploadPartCommand,
};

export class S3ServiceException extends Error {}

export const getSignedUrl = async (): Promise<string> => 'https://bucket.invalid/';

export async function* paginateListObjectsV2(): AsyncGenerator<{ Contents: [] }> {
  yield { Contents: [] };
}
