import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { CredentialStore } from '../credentials.ts';
import { ApiError } from '../http.ts';
import type { Attribution } from '../recorder.ts';
import { isSame, sha256, signatureOf } from './signature.ts';
import { signedInHeader, unsignedHeaders } from './signed-request.ts';

/** A request with a valid signature. */
export interface Signed {
  readonly caller: Attribution;
  readonly body: Buffer;
}

/** The HTTP status of a refusal, by service: JSON-RPC services answer 400, REST services 403. */
const refusalStatus = { dynamodb: 400, 'execute-api': 403, lambda: 403, logs: 400 } as const;
type Service = keyof typeof refusalStatus;

/** How far (ms) a signature's time may differ from the clock. S3 allows more:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const skewMs = 5 * 60_000;

/**
 * Verifies signatures, version 4, in `Authorization` headers:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html. An access key id alone
 * proves nothing: every presigned URL contains one.
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
   * @param read reads the request's body; called after all other checks.
   * @throws ApiError unless a holder of this room's credentials has just signed this request for this service.
   */
  async verify(request: IncomingMessage, service: Service, read: () => Promise<Buffer>): Promise<Signed> {
    const refusal = (type: string, message: string) => new ApiError(refusalStatus[service], type, message);
    const invalid = (message: string) => refusal('InvalidSignatureException', message);
    const { authorization } = request.headers;
    if (authorization === undefined) {
      throw refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    const signed = signedInHeader(request.headers);
    if (signed === undefined) {
      throw refusal('IncompleteSignatureException', 'The request signature does not conform to AWS standards.');
    }
    const identity = this.#credentials.identify(signed.accessKeyId);
    if (identity === undefined || signed.token !== identity.credentials.sessionToken) {
      throw refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
    }
    const caller = identity.caller();
    if (signed.service !== service) throw invalid(`Credential should be scoped to correct service: '${service}'.`);
    if (signed.region !== this.#region) throw invalid('Credential should be scoped to a valid region.');
    const age = this.#clock.now() - signed.date.getTime();
    const tolerance = this.#clock.allowance(skewMs);
    if (age > tolerance) throw invalid('Signature expired');
    if (age < -tolerance) throw invalid('Signature not yet current');
    const unsigned = unsignedHeaders(request.headers, signed.signedHeaders);
    if (unsigned.length > 0)
      throw invalid(`There were headers in the request which were not signed: ${unsigned.join(', ')}`);

    const body = await read();
    const payload = sha256(body);
    const stated = request.headers['x-amz-content-sha256'];
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    const content = { path, query: new URLSearchParams(query), payload };
    const expected = signatureOf(request, signed, content, identity.credentials.secretAccessKey);
    if ((stated !== undefined && stated !== payload) || !isSame(expected, signed.signature)) {
      throw invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
          'and signing method. Consult the service documentation for details.',
      );
    }
    return { caller, body };
  }
}
