import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a request says of its own signature, version 4. */
export interface Claim {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  /** When it was signed. */
  readonly date: Date;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token: string | undefined;
}

/** The claim of an `Authorization` header; undefined if there is none that can be read. */
export function claimInHeader(headers: IncomingHttpHeaders): Claim | undefined {
  const [, credential = '', signedHeaders = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^, ]+), ?SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const scope = readScope(credential);
  const date = readDate(headers['x-amz-date']);
  if (scope === undefined || date === undefined) return undefined;
  const token = headers['x-amz-security-token'];
  return {
    ...scope,
    date,
    signedHeaders: signedHeaders.split(';'),
    signature,
    token: typeof token === 'string' ? token : undefined,
  };
}

/** Reads `<key id>/<day>/<region>/<service>/aws4_request`. */
export function readScope(credential: string): Pick<Claim, 'accessKeyId' | 'region' | 'service'> | undefined {
  const [, accessKeyId, region, service] =
    /^([A-Z0-9]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/.exec(credential) ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service };
}

/** Reads `20261124T225500Z`. */
export function readDate(text: string | string[] | undefined): Date | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(String(text)) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * The headers that had to be signed and were not. Whatever speaks to AWS has to be: else who holds a signature could say more
 * with it than its signer did.
 */
export function unsignedHeaders(headers: IncomingHttpHeaders, signedHeaders: readonly string[]): string[] {
  return ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].filter(
    (name) => !signedHeaders.includes(name),
  );
}

/** Compares signatures, in a time that tells nothing of them. */
export function isSame(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}
