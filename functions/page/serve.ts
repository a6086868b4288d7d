import * as v from 'valibot';
import type { PageFile, PageFiles } from './files.ts';
import { type PageAddresses, securityHeaders } from './headers.ts';

/**
 * An HTTP API's event, payload format 2.0. Header names are in lower case.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
const httpEvent = v.object({
  rawPath: v.string(),
  headers: v.record(v.string(), v.string()),
  requestContext: v.object({ http: v.object({ method: v.string() }) }),
});

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Files with a hash of their content in the name. */
const hashedFolder = 'assets/';

const forever = 'public, max-age=31536000, immutable';
/** Browsers keep the file, and ask before each use whether it has changed. */
const askFirst = 'no-cache';

/** Answers requests for the page's files, and for `room.json`, which names the room's address. */
export function pageHandler(files: PageFiles, addresses: PageAddresses): (event: unknown) => Promise<HttpResponse> {
  const roomJson = JSON.stringify({ address: addresses.room });
  return async (event) => {
    const { rawPath, headers, requestContext } = v.parse(httpEvent, event);
    const secured = securityHeaders(addresses, headers['x-forwarded-proto'] === 'https');
    const { method } = requestContext.http;
    if (method !== 'GET' && method !== 'HEAD')
      return text(405, 'Method Not Allowed', { ...secured, allow: 'GET, HEAD' });
    const path = rawPath === '/' ? 'index.html' : rawPath.slice(1);
    // Not in the build: the address comes from the stack.
    if (path === 'room.json') {
      const described = { 'content-type': 'application/json', 'cache-control': askFirst };
      return { statusCode: 200, headers: { ...secured, ...described }, body: roomJson };
    }
    const file = Object.hasOwn(files, path) ? files[path] : undefined;
    return file === undefined ? text(404, 'Not Found', secured) : fileResponse(path, file, headers, secured);
  };
}

type Headers = Readonly<Record<string, string>>;

function fileResponse(path: string, { type, tag, body }: PageFile, asked: Headers, secured: Headers): HttpResponse {
  // Weak, because the same tag stands for each encoding of the file.
  const etag = `W/"${tag}"`;
  const headers = {
    ...secured,
    'cache-control': path.startsWith(hashedFolder) ? forever : askFirst,
    etag,
    vary: 'accept-encoding',
  };
  if (isNamed(etag, asked['if-none-match'])) return { statusCode: 304, headers };
  const encoded = 'identity' in body ? undefined : accepts('br', asked['accept-encoding']) ? 'br' : 'gzip';
  return {
    statusCode: 200,
    headers: { ...headers, 'content-type': type, ...(encoded && { 'content-encoding': encoded }) },
    body: 'identity' in body ? body.identity : body[encoded ?? 'gzip'],
    isBase64Encoded: true,
  };
}

const text = (statusCode: number, body: string, headers: Headers): HttpResponse => ({
  statusCode,
  headers: { ...headers, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body,
});

/** Whether `If-None-Match` names this tag. The comparison ignores whether tags are weak (RFC 9110, section 13.1.2). */
function isNamed(etag: string, header = ''): boolean {
  const strong = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => strong(one) === strong(etag));
}

/**
 * Whether `Accept-Encoding` accepts a coding. A client that names none gets gzip: without the header any coding is
 * acceptable (RFC 9110, section 12.5.3), and every browser knows gzip.
 */
const accepts = (coding: string, header = ''): boolean =>
  header
    .toLowerCase()
    .split(',')
    .map((one) => one.trim().split(/\s*;\s*q=/))
    .some(([name, weight = '1']) => name === coding && Number(weight) > 0);
