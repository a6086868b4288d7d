import type { IncomingMessage, ServerResponse } from 'node:http';

/** An error that a service sends as its response. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The error's name in the AWS SDKs. */
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/**
 * Reads a whole body.
 * @param tooLarge makes the error for a body of more than `limit` bytes.
 */
export async function readBody(
  message: IncomingMessage,
  limit: number,
  tooLarge = () => new ApiError(413, 'RequestEntityTooLargeException', `Request must be smaller than ${limit} bytes`),
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    message
      .on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= limit) chunks.push(chunk);
        // Read and drop the rest, so that the socket stays open for the response.
        else reject(tooLarge());
      })
      .once('end', resolve)
      .once('error', reject);
  });
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Sends an error in the format of the AWS JSON protocols. */
export function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, { __type: type, message }, { 'x-amzn-ErrorType': type });
}

/** Sends JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers })
    .end(text);
}

/** A time in HTTP's date format. */
export const httpDate = (epochMs: number) => new Date(epochMs).toUTCString();
