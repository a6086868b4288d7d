import type { EventEmitter } from 'node:events';
import type { Call, Output } from './dynamodb/call.ts';

/** What a DynamoDB call gets: the output, or an error by its name. */
export type Answer =
  | { readonly output: Output }
  | { readonly error: string; readonly detail?: Record<string, unknown>; readonly isTransient: boolean };

/** A request to @connections or to Lambda. `status` is undefined if there was no answer. */
export interface Post {
  readonly service: string;
  readonly path: string;
  readonly body: string;
}

/** A call to S3. */
export interface S3Call {
  readonly operation:
    | ('HeadObject' | 'DeleteObject' | 'ListObjectsV2' | 'GetObject' | 'PutObject')
    | ('CreateMultipartUpload' | 'UploadPart' | 'CompleteMultipartUpload');
  /** For a list, the beginning of the keys. */
  readonly key: string;
  /** As in HTTP: `bytes=0-9`. */
  readonly range?: string;
  readonly body?: Uint8Array;
  readonly uploadId?: string;
  readonly part?: number;
  /** The tags of all parts. */
  readonly tags?: readonly string[];
}

export interface S3Answer {
  readonly status: number;
  readonly error?: string;
  readonly object?: { readonly size: number; readonly checksum: string | undefined };
  readonly objects?: readonly { readonly key: string; readonly size: number; readonly storedAt: number }[];
  readonly bytes?: Uint8Array;
  readonly uploadId?: string;
  readonly tag?: string;
}

/** The client's end of a WebSocket, as far as the client uses `ws`. */
export interface ClientSocket {
  ping(): void;
  send(bytes: Buffer, options: { readonly fin: boolean }): void;
  close(code: number): void;
  terminate(): void;
}

/** What the stand-ins for AWS and for Node.js use. Each bundle gets one as the free variable `machine`. */
export interface Machine {
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  random(): number;
  bytes(count: number): Buffer;
  dynamoDb(call: Call): Promise<Answer>;
  post(request: Post): Promise<number | undefined>;
  /** The status of a GET or DELETE on a connection; undefined if there was no answer. */
  connection(method: 'GET' | 'DELETE', connectionId: string): Promise<number | undefined>;
  s3(call: S3Call): Promise<S3Answer>;
  connect(url: string, events: EventEmitter): ClientSocket;
  log(what: string, error: unknown, about: Record<string, unknown>): void;
}
