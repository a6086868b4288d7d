import type { IncomingHttpHeaders } from 'node:http';

/** The parsed signature of a request, version 4. */
export interface SignedRequest {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  /** The time of the signature. */
  readonly date: Date;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token: string | undefined;
}

/** Reads the `Authorization` header; undefined if it is missing or malformed. */
export function signedInHeader(headers: IncomingHttpHeaders): SignedRequest | undefined {
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
export function readScope(credential: string): Pick<SignedRequest, 'accessKeyId' | 'region' | 'service'> | undefined {
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

/** Unsigned headers that AWS acts on. If they were accepted, an attacker could reuse the signature for another request. */
export function unsignedHeaders(headers: IncomingHttpHeaders, signedHeaders: readonly string[]): string[] {
  return ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].filter(
    (name) => !signedHeaders.includes(name),
  );
}
