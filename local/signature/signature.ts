import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { SignedRequest } from './signed-request.ts';

/** The signed parts of a request besides the headers. */
export interface SignedContent {
  /** As received, percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** SHA-256 of the body, or a keyword such as `UNSIGNED-PAYLOAD`. */
  readonly payload: string;
}

/** The SHA-256 of a text or of bytes, in hexadecimal. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/**
 * Computes the signature of a request, version 4:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureOf(
  { headers, method = '' }: Pick<IncomingMessage, 'headers' | 'method'>,
  { date, region, service, signedHeaders }: SignedRequest,
  { path, query, payload }: SignedContent,
  secretAccessKey: string,
): string {
  const time = date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const canonicalRequest = [
    method,
    // S3 signs the path unchanged, because a key may contain `//` or `..`. All other services normalize it.
    service === 's3' ? path : canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replaceAll(/\s+/g, ' ')}`,
    ),
    '',
    signedHeaders.join(';'),
    payload,
  ].join('\n');
  const stringToSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest)].join('\n');
  return createHmac('sha256', signingKey(secretAccessKey, scope)).update(stringToSign).digest('hex');
}

/** Compares signatures in constant time. */
export function isSame(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}

const keptKeys = 1000;
const signingKeys = new Map<string, Buffer>();

/** The signing key for a day, Region and service. It is cached, because deriving it takes four HMACs. */
function signingKey(secretAccessKey: string, scope: string): Buffer {
  const name = `${secretAccessKey}/${scope}`;
  let key = signingKeys.get(name);
  if (key === undefined) {
    key = Buffer.from(`AWS4${secretAccessKey}`);
    for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
    if (signingKeys.size >= keptKeys) signingKeys.clear();
    signingKeys.set(name, key);
  }
  return key;
}

/** Normalizes a path (dot segments, empty segments) and encodes it once more. */
function canonicalPath(path: string): string {
  if (path === '/') return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return `/${segments.join('/')}${path.endsWith('/') && segments.length > 0 ? '/' : ''}`;
}

function canonicalQuery(query: URLSearchParams): string {
  if (query.size === 0) return '';
  return [...query]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other));

/** Percent-encodes everything but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
