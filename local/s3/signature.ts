import type { IncomingMessage } from 'node:http';
import { HttpRequest } from '@smithy/core/protocols';
import type { Clock } from '../clock.ts';
import type { CredentialStore, Identity } from '../credentials.ts';
import { type Claim, claimInHeader, isSame, readDate, readScope, unsignedHeaders } from '../signature/claim.ts';
import { queryBag, recompute, signedParts, signerFor } from '../signature/recompute.ts';
import { S3Error } from './errors.ts';

/** A request whose signature has been computed again, and was right. */
export interface Signed {
  readonly identity: Identity;
  /** The payload's hash that was signed, or one of S3's words for the lack of it. */
  readonly payload: string;
  /** Whether the signature came with the URL: then whoever has the URL may send it, and no other. */
  readonly presigned: boolean;
}

/** What a request to S3 says of its own signature. */
interface S3Claim extends Claim {
  /** Seconds; undefined if the signature stands in a header. */
  readonly expiresIn: number | undefined;
  readonly payload: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const unsignedPayload = 'UNSIGNED-PAYLOAD';
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationTimeStamp
const skewMs = 15 * 60_000;
const longestSeconds = 7 * 24 * 60 * 60;
/** What the signer adds to a URL by itself. */
const generated = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
];

/** Whether a request is meant for S3 by the scope of its signature. */
export function isSignedForS3({ headers, url = '' }: IncomingMessage): boolean {
  return /\/s3\/aws4_request\b/.test(headers.authorization ?? '') || /%2Fs3%2Faws4_request\b/i.test(url);
}

/** Verifies signatures, version 4, as S3 does: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html */
export class S3SignatureCheck {
  readonly #credentials: CredentialStore;
  readonly #clock: Clock;
  readonly #region: string;

  constructor(credentials: CredentialStore, clock: Clock, region: string) {
    this.#credentials = credentials;
    this.#clock = clock;
    this.#region = region;
  }

  /** @throws S3Error unless a holder of this room's credentials signed this very request, and not too long ago. */
  async verify(request: IncomingMessage, path: string, query: URLSearchParams): Promise<Signed> {
    const claim = query.has('X-Amz-Algorithm') ? claimInQuery(query) : claimIn(request);
    this.#checkTime(claim);
    const identity = this.#credentials.identify(claim.accessKeyId);
    if (identity === undefined) {
      throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
    }
    if (claim.token !== identity.credentials.sessionToken) {
      throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.');
    }
    checkHeaders(request, claim);
    if (claim.region !== this.#region) {
      throw new S3Error(
        'AuthorizationHeaderMalformed',
        `the region '${claim.region}' is wrong; expecting '${this.#region}'`,
      );
    }
    const expected = await this.#sign(request, path, query, claim, identity);
    if (!isSame(expected, claim.signature)) {
      throw new S3Error(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      );
    }
    return { identity, payload: claim.payload, presigned: claim.expiresIn !== undefined };
  }

  #checkTime({ date, expiresIn }: S3Claim): void {
    const age = this.#clock.now() - date.getTime();
    // A scaled clock does not make a request travel faster.
    const tolerance = skewMs * Math.max(1, this.#clock.speed);
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

  async #sign(
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
    claim: S3Claim,
    { credentials }: Identity,
  ): Promise<string> {
    if (claim.expiresIn === undefined) return recompute(request, claim, credentials, { path, query });
    const signedHeaders = new Set(claim.signedHeaders);
    // A body that can be read but once stands for an unsigned payload.
    const message = new HttpRequest({
      ...signedParts(request, claim),
      path,
      query: queryBag(query, generated),
      body: request,
    });
    const presigned = await signerFor(claim, credentials).presign(message, {
      signingDate: claim.date,
      expiresIn: claim.expiresIn,
      signableHeaders: signedHeaders,
      unhoistableHeaders: signedHeaders,
    });
    return String(presigned.query?.['X-Amz-Signature']);
  }
}

function claimIn({ headers }: IncomingMessage): S3Claim {
  if (headers.authorization === undefined) throw new S3Error('AccessDenied', 'Access Denied');
  const claim = claimInHeader(headers);
  if (claim?.service !== 's3') {
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  }
  const payload = headers['x-amz-content-sha256'];
  if (typeof payload !== 'string') {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  return { ...claim, expiresIn: undefined, payload };
}

function claimInQuery(query: URLSearchParams): S3Claim {
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

function checkHeaders({ headers }: IncomingMessage, { signedHeaders }: Claim): void {
  const unsigned = unsignedHeaders(headers, signedHeaders);
  if (unsigned.length > 0) {
    throw new S3Error(
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    );
  }
}
