import { S3ServiceException } from '@aws-sdk/client-s3';

/**
 * Whether S3's error says that an object is not there. To whoever may read objects but not list the whole bucket it says 403 of one that
 * is not there, as it would of one that may not be read; a right to list that is bound to a prefix is not enough.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export const isNotThere = (error: unknown) =>
  error instanceof S3ServiceException && [403, 404].includes(error.$metadata.httpStatusCode ?? 0);
