import type { IncomingMessage } from 'node:http';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from '../credentials.ts';
import type { Claim } from './claim.ts';

/** The SDK's signer, for the scope that a claim names. It keeps derived keys, so that a signature costs two hashes and an HMAC. */
export function signerFor({ region, service }: Claim, credentials: Credentials): SignatureV4 {
  return new SignatureV4({
    service,
    region,
    credentials,
    sha256: Sha256,
    // S3 alone signs a path as it stands: a key may well hold `//` or `..`.
    uriEscapePath: service !== 's3',
    applyChecksum: false,
  });
}

/** The parts of a request that its claim says were signed. */
export function signedParts({ headers, method = '' }: IncomingMessage, { signedHeaders }: Claim) {
  return {
    method,
    hostname: '',
    headers: Object.fromEntries(signedHeaders.map((name) => [name, String(headers[name] ?? '')])),
  };
}

/**
 * The signature that the holder of these credentials would have given a request in its `Authorization` header.
 * @param path as it came, percent-encoded.
 * @param body needed if no `x-amz-content-sha256` says its hash.
 */
export async function recompute(
  request: IncomingMessage,
  claim: Claim,
  credentials: Credentials,
  { path, query, body }: { path: string; query: URLSearchParams; body?: Uint8Array },
): Promise<string> {
  const message = new HttpRequest({ ...signedParts(request, claim), path, query: queryBag(query), body });
  const { headers } = await signerFor(claim, credentials).sign(message, {
    signingDate: claim.date,
    signableHeaders: new Set(claim.signedHeaders),
  });
  return /Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
}

/** A query as the signer takes it. */
export function queryBag(query: URLSearchParams, without: readonly string[] = []): Record<string, string[]> {
  const names = new Set([...query.keys()].filter((name) => !without.includes(name)));
  return Object.fromEntries([...names].map((name) => [name, query.getAll(name)]));
}
