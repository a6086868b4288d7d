import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credentials } from '../credentials.ts';
import { type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';
import { Bucket, bucketResources, presignUpload } from '../fixtures/s3-client.ts';

let room: ProbeRoom;
beforeAll(async () => {
  room = await startProbeRoom(bucketResources);
});
afterAll(() => room.close());

/** A request of each service that takes signatures in a header; that of `execute-api` has a path that is encoded twice. */
const requests = {
  lambda: {
    url: () => `${room.origin}/2015-03-31/functions/Test-Probe/invocations`,
    headers: { 'x-amz-invocation-type': 'DryRun' },
    body: '{"order":{"do":"context"}}',
    honest: 204,
    refused: 403,
  },
  'execute-api': {
    url: () => `${room.origin}/prod/@connections/${encodeURIComponent('nobody=')}`,
    headers: {},
    body: 'hello',
    honest: 410,
    refused: 403,
  },
  logs: {
    url: () => `${room.origin}/cloudwatch-logs/`,
    headers: { 'x-amz-target': 'Logs_20140328.Nothing', 'content-type': 'application/x-amz-json-1.1' },
    body: '{"logGroupName":"none"}',
    honest: 400,
    refused: 400,
  },
  dynamodb: {
    url: () => `${room.dynamoDbEndpoint}/`,
    headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' },
    body: '{"Limit":1}',
    honest: 200,
    refused: 400,
  },
} as const;
type Service = keyof typeof requests;
const services = Object.keys(requests) as Service[];

interface Signing {
  readonly credentials?: Partial<Credentials>;
  readonly region?: string;
  readonly scope?: string;
  /** Minutes from now. */
  readonly minutes?: number;
  readonly checksum?: boolean;
}

async function sign(service: Service, signing: Signing = {}): Promise<Record<string, string>> {
  const { url, headers, body } = requests[service];
  const { host, pathname: path } = new URL(url());
  const signer = new SignatureV4({
    service: signing.scope ?? service,
    region: signing.region ?? room.region,
    credentials: { ...room.credentials, ...signing.credentials },
    sha256: Sha256,
    applyChecksum: signing.checksum ?? true,
  });
  const message = new HttpRequest({ method: 'POST', hostname: '', path, headers: { ...headers, host }, body });
  const signed = await signer.sign(message, { signingDate: new Date(Date.now() + (signing.minutes ?? 0) * 60_000) });
  return signed.headers;
}

async function send(service: Service, headers: Record<string, string>, body: string = requests[service].body) {
  const { host: _, ...rest } = headers;
  const answer = await fetch(requests[service].url(), { method: 'POST', headers: rest, body });
  await answer.arrayBuffer();
  return { status: answer.status, type: answer.headers.get('x-amzn-errortype') };
}

describe.each(services)('%s', (service) => {
  const { honest, refused } = requests[service];

  test('accepts a signed request', async () => {
    expect(await send(service, await sign(service))).toMatchObject({ status: honest });
    expect(await send(service, await sign(service, { checksum: false }))).toMatchObject({ status: honest });
    expect(await send(service, await sign(service, { minutes: -4 }))).toMatchObject({ status: honest });
  });

  test('refuses a key id without its secret: every presigned URL contains the id', async () => {
    const url = await presignUpload(room, { key: 'files/x', bytes: Buffer.from('x') });
    expect(url).toContain(Bucket);
    const params = new URL(url).searchParams;
    const [id] = params.get('X-Amz-Credential')?.split('/') ?? [];
    const headers = await sign(service, {
      credentials: {
        accessKeyId: String(id),
        secretAccessKey: 'guessed',
        sessionToken: String(params.get('X-Amz-Security-Token')),
      },
    });
    expect(await send(service, headers)).toEqual({ status: refused, type: 'InvalidSignatureException' });
    const { authorization: __, ...unsigned } = headers;
    const forged = { ...requests[service].headers, authorization: `AWS4-HMAC-SHA256 Credential=${id}/` };
    expect(await send(service, forged)).toEqual({ status: refused, type: 'IncompleteSignatureException' });
    expect(await send(service, unsigned)).toEqual({ status: refused, type: 'MissingAuthenticationTokenException' });
  });

  test.each<[string, Signing, string]>([
    ['another secret', { credentials: { secretAccessKey: 'x' } }, 'InvalidSignatureException'],
    ['an unknown key', { credentials: { accessKeyId: 'AKIAELSEWHERE' } }, 'UnrecognizedClientException'],
    ['another token', { credentials: { sessionToken: 'x' } }, 'UnrecognizedClientException'],
    ['an old date', { minutes: -6 }, 'InvalidSignatureException'],
    ['a future date', { minutes: 6 }, 'InvalidSignatureException'],
    ['another Region', { region: 'eu-central-1' }, 'InvalidSignatureException'],
    ['another service', { scope: 'sqs' }, 'InvalidSignatureException'],
  ])('refuses %s', async (_, signing, type) => {
    expect(await send(service, await sign(service, signing))).toEqual({ status: refused, type });
  });

  test('refuses a request that was changed after it was signed', async () => {
    const type = 'InvalidSignatureException';
    const other = `${requests[service].body} `;
    expect(await send(service, await sign(service), other)).toEqual({ status: refused, type });
    expect(await send(service, await sign(service, { checksum: false }), other)).toEqual({ status: refused, type });
    const headers = await sign(service);
    const later = new Date(Date.now() + 60_000).toISOString().replace(/[-:]|\.\d+/g, '');
    expect(await send(service, { ...headers, 'x-amz-date': later })).toEqual({ status: refused, type });
    expect(await send(service, { ...headers, 'x-amz-more': 'x' })).toEqual({ status: refused, type });
  });
});
