import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { CredentialStore } from '../credentials.ts';
import { ApiError } from '../http.ts';
import type { Attribution } from '../recorder.ts';
import { claimInHeader, isSame, unsignedHeaders } from './claim.ts';
import { recompute } from './recompute.ts';

/** A request whose signature has been computed again, and was right. */
export interface Signed {
  readonly caller: Attribution;
  readonly body: Buffer;
}

/** The services behind it, by their names in a signature's scope, with the status of a refusal: JSON-RPC's is 400, REST's 403. */
const refusalStatus = { dynamodb: 400, 'execute-api': 403, lambda: 403, logs: 400 } as const;
type Service = keyof typeof refusalStatus;

/** Services other than S3 allow a signature less time: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const skewMs = 5 * 60_000;

/**
 * Verifies signatures, version 4, in `Authorization` headers:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html. A key id proves nothing: it stands
 * in every presigned URL that a client gets.
 */
export class SignatureCheck {
  readonly #credentials: CredentialStore;
  readonly #clock: Clock;
  readonly #region: string;

  constructor(credentials: CredentialStore, clock: Clock, region: string) {
    this.#credentials = credentials;
    this.#clock = clock;
    this.#region = region;
  }

  /**
   * @param read gives the request's body; called when all but the signature itself is known to be right.
   * @throws ApiError unless a holder of this room's credentials signed this very request for this service, and just now.
   */
  async verify(request: IncomingMessage, service: Service, read: () => Promise<Buffer>): Promise<Signed> {
    const refusal = (type: string, message: string) => new ApiError(refusalStatus[service], type, message);
    const invalid = (message: string) => refusal('InvalidSignatureException', message);
    const { authorization } = request.headers;
    if (authorization === undefined) {
      throw refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    const claim = claimInHeader(request.headers);
    if (claim === undefined) {
      throw refusal('IncompleteSignatureException', 'The request signature does not conform to AWS standards.');
    }
    const identity = this.#credentials.identify(claim.accessKeyId);
    if (identity === undefined || claim.token !== identity.credentials.sessionToken) {
      throw refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
    }
    const caller = identity.caller();
    if (claim.service !== service) throw invalid(`Credential should be scoped to correct service: '${service}'.`);
    if (claim.region !== this.#region) throw invalid('Credential should be scoped to a valid region.');
    const age = this.#clock.now() - claim.date.getTime();
    // A scaled clock does not make a request travel faster.
    const tolerance = skewMs * Math.max(1, this.#clock.speed);
    if (age > tolerance) throw invalid('Signature expired');
    if (age < -tolerance) throw invalid('Signature not yet current');
    const unsigned = unsignedHeaders(request.headers, claim.signedHeaders);
    if (unsigned.length > 0)
      throw invalid(`There were headers in the request which were not signed: ${unsigned.join(', ')}`);

    const body = await read();
    const stated = request.headers['x-amz-content-sha256'];
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    const expected = await recompute(request, claim, identity.credentials, {
      path,
      query: new URLSearchParams(query),
      body,
    });
    const isItsBody = stated === undefined || stated === createHash('sha256').update(body).digest('hex');
    if (!isItsBody || !isSame(expected, claim.signature)) {
      throw invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
          'and signing method. Consult the service documentation for details.',
      );
    }
    return { caller, body };
  }
}
