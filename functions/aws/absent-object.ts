import { S3ServiceException } from '@aws-sdk/client-s3';

/**
 * Whether S3's error means that an object does not exist. Without permission to list the whole bucket, a caller gets 403
 * for a missing object, the same as for one that it may not read. Permission to list one prefix is not enough.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export const isNotThere = (error: unknown) =>
  error instanceof S3ServiceException && [403, 404].includes(error.$metadata.httpStatusCode ?? 0);
