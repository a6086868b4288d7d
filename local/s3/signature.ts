import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../clock.ts';
import type { CredentialStore, Identity } from '../credentials.ts';
import { S3Error } from './errors.ts';

/** A request whose signature has been computed again, and was right. */
export interface Signed {
  readonly identity: Identity;
  /** The payload's hash that was signed, or one of S3's words for the lack of it. */
  readonly payload: string;
  /** Whether the signature came with the URL: then whoever has the URL may send it, and no other. */
  readonly presigned: boolean;
}

/** What a request says of its own signature. */
interface Claim {
  readonly accessKeyId: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: Date;
  readonly token: string | undefined;
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
export class SignatureCheck {
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
    const claim = query.has('X-Amz-Algorithm') ? claimInQuery(query) : claimInHeader(request);
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

  #checkTime({ date, expiresIn }: Claim): void {
    const age = this.#clock.now() - date.getTime();
    // A hurried clock does not make a request travel faster.
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
    claim: Claim,
    { credentials }: Identity,
  ): Promise<string> {
    const signer = new SignatureV4({
      service: 's3',
      region: claim.region,
      credentials,
      sha256: Sha256,
      // S3 alone signs a path as it stands: a key may well hold `//` or `..`.
      uriEscapePath: false,
      applyChecksum: false,
    });
    const signedHeaders = new Set(claim.signedHeaders);
    const toSign = {
      method: request.method ?? '',
      hostname: '',
      path,
      headers: Object.fromEntries(claim.signedHeaders.map((name) => [name, String(request.headers[name] ?? '')])),
    };
    if (claim.expiresIn === undefined) {
      const message = new HttpRequest({ ...toSign, query: queryBag(query, []) });
      const { headers } = await signer.sign(message, { signingDate: claim.date, signableHeaders: signedHeaders });
      return /Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
    }
    // A body that can be read but once stands for an unsigned payload.
    const message = new HttpRequest({ ...toSign, query: queryBag(query, generated), body: request });
    const presigned = await signer.presign(message, {
      signingDate: claim.date,
      expiresIn: claim.expiresIn,
      signableHeaders: signedHeaders,
      unhoistableHeaders: signedHeaders,
    });
    return String(presigned.query?.['X-Amz-Signature']);
  }
}

function claimInHeader({ headers }: IncomingMessage): Claim {
  if (headers.authorization === undefined) throw new S3Error('AccessDenied', 'Access Denied');
  const [, credential = '', signedHeaders = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^, ]+), ?SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization,
    ) ?? [];
  const date = readDate(headers['x-amz-date']);
  const scope = readScope(credential);
  if (scope === undefined || date === undefined) {
    throw new S3Error('AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  }
  const payload = headers['x-amz-content-sha256'];
  if (typeof payload !== 'string') {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  const token = headers['x-amz-security-token'];
  return {
    ...scope,
    date,
    signedHeaders: signedHeaders.split(';'),
    signature,
    token: typeof token === 'string' ? token : undefined,
    expiresIn: undefined,
    payload,
  };
}

function claimInQuery(query: URLSearchParams): Claim {
  const scope = readScope(query.get('X-Amz-Credential') ?? '');
  const date = readDate(query.get('X-Amz-Date') ?? undefined);
  const expires = query.get('X-Amz-Expires') ?? '';
  const expiresIn = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (
    query.get('X-Amz-Algorithm') !== algorithm ||
    scope === undefined ||
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

function readScope(credential: string): Pick<Claim, 'accessKeyId' | 'region'> | undefined {
  const [, accessKeyId, region] = /^([A-Z0-9]+)\/\d{8}\/([a-z0-9-]+)\/s3\/aws4_request$/.exec(credential) ?? [];
  return accessKeyId === undefined || region === undefined ? undefined : { accessKeyId, region };
}

/** `20261124T225500Z`. */
function readDate(text: string | string[] | undefined): Date | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(String(text)) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Whatever speaks of the object has to be signed: else who holds a signed URL could say more with it than its signer did. */
function checkHeaders({ headers }: IncomingMessage, { signedHeaders }: Claim): void {
  const unsigned = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].filter(
    (name) => !signedHeaders.includes(name),
  );
  if (unsigned.length > 0) {
    throw new S3Error(
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    );
  }
}

function queryBag(query: URLSearchParams, without: readonly string[]): Record<string, string[]> {
  const names = new Set([...query.keys()].filter((name) => !without.includes(name)));
  return Object.fromEntries([...names].map((name) => [name, query.getAll(name)]));
}

function isSame(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}
