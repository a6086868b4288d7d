import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type ObjectPrefix, unfinishedBackups, variables } from '../functions/aws/names.ts';
import type { ObjectPermission, RoomFunctionEntry } from './functions.ts';

export interface RoomBucketProps {
  /** How long a file waits for its recipient. */
  readonly fileRetention: Duration;
  /** Whether the bucket is deleted with the stack. CloudFormation deletes only an empty bucket. */
  readonly ephemeral: boolean;
  /** The origin of the web page, which uploads and downloads files. */
  readonly pageOrigin: string;
}

const filesPrefix: ObjectPrefix = 'files';

/** The bucket: private, encrypted, TLS only, and retained when the stack is deleted. It reports new objects to EventBridge. */
export class RoomBucket extends Bucket {
  constructor(scope: Construct, id: string, { fileRetention, ephemeral, pageOrigin }: RoomBucketProps) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: BucketEncryption.S3_MANAGED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: false,
      cors: [
        {
          allowedOrigins: [pageOrigin],
          allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT],
          // The headers that an upload URL signs, and those of a download in parts. A browser sets Content-Length itself.
          allowedHeaders: ['content-type', 'if-match', 'if-none-match', 'range', 'x-amz-checksum-sha256'],
          exposedHeaders: ['Content-Length', 'Content-Range', 'ETag', 'x-amz-checksum-sha256'],
          maxAge: 3600,
        },
      ],
      lifecycleRules: [
        {
          id: 'ForgottenFiles',
          prefix: `${filesPrefix}/`,
          // A day later than the room's own expiry, so that every file that the room still offers has its bytes.
          expiration: fileRetention.plus(Duration.days(1)),
        },
        { id: 'UnfinishedBackups', prefix: `${unfinishedBackups}/`, expiration: Duration.days(1) },
        { id: 'BrokenUploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    // CDK's own `eventBridgeEnabled` deploys a Lambda function, in Python, to set this one property.
    if (!(this.node.defaultChild instanceof CfnBucket)) throw new Error(`${id} has no bucket.`);
    this.node.defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }

  /** Gives a function these permissions on the objects of these folders, and the variable that names the bucket. */
  bindTo(fn: LambdaFunction, objects: NonNullable<RoomFunctionEntry['objects']>): void {
    fn.addEnvironment(variables.bucket, this.bucketName);
    for (const [prefix, permissions] of Object.entries(objects) as [ObjectPrefix, readonly ObjectPermission[]][]) {
      const onObjects = permissions.filter((permission) => permission !== 'ListBucket');
      if (onObjects.length > 0) {
        fn.addToRolePolicy(
          new PolicyStatement({
            actions: onObjects.map((permission) => `s3:${permission}`),
            resources: [this.arnForObjects(`${prefix}/*`)],
          }),
        );
      }
      if (permissions.includes('ListBucket')) {
        fn.addToRolePolicy(
          new PolicyStatement({
            actions: ['s3:ListBucket'],
            resources: [this.bucketArn],
            conditions: { StringLike: { 's3:prefix': `${prefix}/*` } },
          }),
        );
      }
    }
  }
}
