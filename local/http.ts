import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request that a service answers with an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The error's name, as AWS's SDKs know it. */
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/**
 * A message's whole body.
 * @param tooLarge what is thrown after `limit` bytes.
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
        // The rest is read and dropped: the socket stays open for the answer.
        else reject(tooLarge());
      })
      .once('end', resolve)
      .once('error', reject);
  });
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Answers with an error in the form that every AWS SDK understands. */
export function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, { __type: type, message }, { 'x-amzn-ErrorType': type });
}

/** Answers with JSON. */
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

/** HTTP's form of a time. */
export const httpDate = (epochMs: number) => new Date(epochMs).toUTCString();
