/** The bytes of files are not simulated yet: only their functions' other work is. */
class S3Command {
  readonly input: Record<string, unknown>;

  constructor(input: Record<string, unknown>) {
    this.input = input;
  }
}

export class DeleteObjectCommand extends S3Command {}
export class GetObjectCommand extends S3Command {}
export class HeadObjectCommand extends S3Command {}
export class PutObjectCommand extends S3Command {}

export class S3Client {}

export const getSignedUrl = async (): Promise<string> => 'https://bucket.invalid/';
