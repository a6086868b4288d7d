import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import pMap from 'p-map';
import { connectionGateway } from '../functions/aws/connection-gateway.ts';
import { eventFrame } from '../protocol/index.ts';
import { enterCrowd } from '../test/harness/crowd.ts';
import { endWithUs } from '../test/harness/ending.ts';
import type { RawClient } from '../test/harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../test/harness/room.ts';
import { median } from './bundles.ts';
import { type Part, table } from './part.ts';

const posts = 2_000;
const rounds = 7;
const sockets = 200;
/** Milliseconds until the mock of @connections answers. */
const delay = 20;

/** How many connections one broadcast goes to. */
const crowd = 1_000;

export const fanout: Part = {
  summary: 'posts per second and CPU per post: by hand, by this project, by the SDK; a broadcast to 1,000 connections',
  page: 'docs/scaling.md',
  async run() {
    const rates = await compareClients();
    const took = await broadcastToCrowd();
    return [
      rates,
      `The medians of ${rounds} rounds of ${posts.toLocaleString('en')} posts over ${sockets} sockets to a mock of @connections that answers after ${delay} ms.`,
      `A broadcast to ${crowd.toLocaleString('en')} connections of a local room: the last post was made ${took.toFixed(0)} ms after the commit.`,
    ].join('\n\n');
  },
};

/** Posts through three clients, one after the other. */
async function compareClients(): Promise<string> {
  const mock = await startMock();
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = credentials.id;
  process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secret;
  process.env['AWS_SESSION_TOKEN'] = credentials.token;
  process.env['AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI'] = mock.endpoint;
  const gateway = connectionGateway(() => {});
  const clients: readonly [string, Post][] = [
    ['raw HTTP, signed by hand', postByHand(mock.endpoint)],
    ['this room', (id, frame) => gateway.post(id, frame)],
    ["the SDK's PostToConnection", postBySdk()],
  ];
  // In turns, so that load on the machine affects all clients alike.
  const measured: Measured[][] = clients.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, [, post]] of clients.entries()) measured[index]?.push(await measure(post));
  }
  mock.child.kill();
  const rate = (index: number) => median(measured[index]?.map(({ perSecond }) => perSecond) ?? []);
  const cpu = (index: number) => median(measured[index]?.map(({ cpuMs }) => cpuMs) ?? []);
  return table(
    ['one process', 'posts a second', 'of raw HTTP', 'CPU per post'],
    clients.map(([name], index) => [
      name,
      rate(index).toFixed(0),
      `${((100 * rate(index)) / rate(0)).toFixed(0)} %`,
      `${cpu(index).toFixed(2)} ms`,
    ]),
  );
}

const credentials = { id: 'ASIABENCH', secret: 'secret'.repeat(7), token: 't'.repeat(800) };

const mockServer = `
const server = require('node:http').createServer((request, response) => {
  request.resume();
  setTimeout(() => response.writeHead(200, { 'content-length': 0 }).end(), ${delay});
}).listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** @connections in a process of its own, so that its CPU time is not counted. */
async function startMock(): Promise<{ endpoint: string; child: ChildProcess }> {
  const child = endWithUs(spawn(process.execPath, ['--eval', mockServer], { stdio: ['ignore', 'pipe', 'inherit'] }));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { endpoint: `http://127.0.0.1:${String(port).trim()}/prod`, child };
}

interface Measured {
  readonly perSecond: number;
  readonly cpuMs: number;
}

async function measure(post: (connectionId: string, frame: string) => Promise<unknown>): Promise<Measured> {
  const frame = eventFrame({
    ...{ type: 'event', event: 'broadcast', stream: 'room', seq: 12345, from: 'Columbia' },
    ...{ text: 'I want to try a broadcast.', sentAt: '2026-11-28T05:00:00.000Z' },
  });
  const all = (count: number) =>
    pMap(Array.from({ length: count }), (_, index) => post(`PJqB0fHsqRcC${index}=`, frame), { concurrency: sockets });
  await all(posts / 4);
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await all(posts);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: posts / seconds, cpuMs: (user + system) / 1000 / posts };
}

type Post = (connectionId: string, frame: string) => Promise<unknown>;

/** Signature version 4 with a cached key, and nothing else: the lower bound of the cost of a post. */
function postByHand(endpoint: string): Post {
  const { host, hostname, port, pathname } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  let cached: { day: string; key: Buffer } | undefined;
  const keyOf = (day: string) => {
    if (cached?.day !== day) {
      const parts = [day, 'us-east-1', 'execute-api', 'aws4_request'];
      cached = { day, key: parts.reduce<Buffer>(hmac, Buffer.from(`AWS4${credentials.secret}`)) };
    }
    return cached.key;
  };
  return (connectionId, frame) => {
    const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const day = date.slice(0, 8);
    const path = `${pathname}/@connections/${encodeURIComponent(connectionId)}`;
    const canonicalPath = path.split('/').map(encodeURIComponent).join('/');
    const signed = 'host;x-amz-date;x-amz-security-token';
    const headers = `host:${host}\nx-amz-date:${date}\nx-amz-security-token:${credentials.token}\n`;
    const canonical = `POST\n${canonicalPath}\n\n${headers}\n${signed}\n${hash(frame)}`;
    const scope = `${day}/us-east-1/execute-api/aws4_request`;
    const signature = hmac(keyOf(day), `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(canonical)}`).toString('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        ...{ method: 'POST', hostname, port, path, agent },
        headers: { authorization, 'x-amz-date': date, 'x-amz-security-token': credentials.token },
      });
      request.on('response', (response) => resolve(response.resume()));
      request.on('error', reject);
      request.end(frame);
    });
  };
}

function postBySdk(): Post {
  const client = new ApiGatewayManagementApiClient({
    requestHandler: new NodeHttpHandler({ httpAgent: { maxSockets: sockets, keepAlive: true } }),
  });
  return (connectionId, frame) => client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
}

/** Milliseconds from the commit of a broadcast to its last post; the median of some broadcasts. */
async function broadcastToCrowd(): Promise<number> {
  const room = await openRoom();
  try {
    await room.change('maxCon', 10_000);
    const speaker = await room.enter('speaker');
    await enterCrowd(room, crowd - 1);
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) times.push(await timeOfBroadcast(room, speaker, round));
    return median(times);
  } finally {
    await room.close();
  }
}

async function timeOfBroadcast({ local }: SceneRoom, speaker: RawClient, round: number): Promise<number> {
  let committed = 0;
  let lastPost = 0;
  let count = 0;
  const posted = new Promise<void>((resolve) => {
    const stop = local.calls.subscribe((entry) => {
      if (entry.kind !== 'call') return;
      if (entry.operation === 'PutItem') committed = entry.end;
      if (entry.operation !== 'PostToConnection') return;
      lastPost = entry.end;
      count += 1;
      if (count < crowd) return;
      stop();
      resolve();
    });
  });
  await speaker.get('broadcast', { text: `broadcast ${round}` });
  await posted;
  return lastPost - committed;
}
