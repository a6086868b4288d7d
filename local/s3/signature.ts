import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { CredentialStore, Identity } from '../credentials.ts';
import { isSame, signatureOf } from '../signature/signature.ts';
import {
  readDate,
  readScope,
  type SignedRequest,
  signedInHeader,
  unsignedHeaders,
} from '../signature/signed-request.ts';
import { S3Error } from './errors.ts';

/** A verified signature. */
export interface Signed {
  readonly identity: Identity;
  /** The signed hash of the payload, or a keyword such as `UNSIGNED-PAYLOAD`. */
  readonly payload: string;
  /** Whether the URL holds the signature. Anyone with such a URL may send the request. */
  readonly presigned: boolean;
}

/** The signature of a request to S3, before it is verified. */
interface S3SignedRequest extends SignedRequest {
  /** Seconds; undefined if the signature is in a header. */
  readonly expiresIn: number | undefined;
  readonly payload: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const unsignedPayload = 'UNSIGNED-PAYLOAD';
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationTimeStamp
const skewMs = 15 * 60_000;
const longestSeconds = 7 * 24 * 60 * 60;

/** Whether the scope of a request's signature names S3. */
export function isSignedForS3({ headers, url = '' }: IncomingMessage): boolean {
  return /\/s3\/aws4_request\b/.test(headers.authorization ?? '') || /%2Fs3%2Faws4_request\b/i.test(url);
}

export interface SignatureOptions {
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly region: string;
  /** The host that presigned URLs are signed for. */
  readonly host: string;
  /** Other hosts that presigned URLs name, because clients reach the room by them. A signature for `host` is valid for each. */
  readonly clientHosts: ReadonlySet<string>;
}

/** Verifies signatures, version 4, as S3 does: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html */
export class S3SignatureCheck {
  readonly #credentials: CredentialStore;
  readonly #clock: Clock;
  readonly #region: string;
  readonly #host: string;
  readonly #clientHosts: ReadonlySet<string>;

  constructor({ credentials, clock, region, host, clientHosts }: SignatureOptions) {
    this.#credentials = credentials;
    this.#clock = clock;
    this.#region = region;
    this.#host = host;
    this.#clientHosts = clientHosts;
  }

  /** @throws S3Error unless a holder of this room's credentials signed this request, and the signature is still valid. */
  verify(request: IncomingMessage, path: string, query: URLSearchParams): Signed {
    const signed = query.has('X-Amz-Algorithm') ? signedInQuery(query) : signedInHeaders(request);
    this.#checkTime(signed);
    const identity = this.#credentials.identify(signed.accessKeyId);
    if (identity === undefined) {
      throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
    }
    if (signed.token !== identity.credentials.sessionToken) {
      throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.');
    }
    checkHeaders(request, signed);
    if (signed.region !== this.#region) {
      throw new S3Error(
        'AuthorizationHeaderMalformed',
        `the region '${signed.region}' is wrong; expecting '${this.#region}'`,
      );
    }
    const signedQuery = new URLSearchParams(query);
    signedQuery.delete('X-Amz-Signature');
    const content = { path, query: signedQuery, payload: signed.payload };
    const { method, headers } = request;
    const isPresigned = signed.expiresIn !== undefined;
    const host = isPresigned && this.#clientHosts.has(headers.host ?? '') ? this.#host : headers.host;
    const expected = signatureOf(
      { headers: { ...headers, host }, method },
      signed,
      content,
      identity.credentials.secretAccessKey,
    );
    if (!isSame(expected, signed.signature)) {
      throw new S3Error(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      );
    }
    return { identity, payload: signed.payload, presigned: isPresigned };
  }

  #checkTime({ date, expiresIn }: S3SignedRequest): void {
    const age = this.#clock.now() - date.getTime();
    const tolerance = this.#clock.allowance(skewMs);
    if (expiresIn === undefined) {
      if (Math.abs(age) <= tolerance) return;
      throw new S3Error(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
      );
    }
    if (age < -tolerance) throw new S3Error('AccessDenied', 'Request is not yet valid');
    if (age > expiresIn * 1000) throw new S3Error('AccessDenied', 'Request has expired');
  }
}

function signedInHeaders({ headers }: IncomingMessage): S3SignedRequest {
  if (headers.authorization === undefined) throw new S3Error('AccessDenied', 'Access Denied');
  const signed = signedInHeader(headers);
  if (signed?.service !== 's3') {
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  }
  const payload = headers['x-amz-content-sha256'];
  if (typeof payload !== 'string') {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  return { ...signed, expiresIn: undefined, payload };
}

function signedInQuery(query: URLSearchParams): S3SignedRequest {
  const scope = readScope(query.get('X-Amz-Credential') ?? '');
  const date = readDate(query.get('X-Amz-Date') ?? undefined);
  const expires = query.get('X-Amz-Expires') ?? '';
  const expiresIn = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (
    query.get('X-Amz-Algorithm') !== algorithm ||
    scope?.service !== 's3' ||
    date === undefined ||
    expiresIn < 1 ||
    expiresIn > longestSeconds ||
    new Set(query.keys()).size !== [...query.keys()].length
  ) {
    throw new S3Error('AuthorizationQueryParametersError', 'Error parsing the query parameters of the signature.');
  }
  return {
    ...scope,
    date,
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    token: query.get('X-Amz-Security-Token') ?? undefined,
    expiresIn,
    payload: unsignedPayload,
  };
}

function checkHeaders({ headers }: IncomingMessage, { signedHeaders }: SignedRequest): void {
  const unsigned = unsignedHeaders(headers, signedHeaders);
  if (unsigned.length > 0) {
    throw new S3Error(
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    );
  }
}
