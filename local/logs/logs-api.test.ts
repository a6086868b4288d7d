import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Access } from '../iam/access.ts';
import { Recorder } from '../recorder.ts';
import { LogFiles, logFileLine } from './log-files.ts';
import { LogsApi } from './logs-api.ts';

const begin = Date.parse('2026-01-01T00:00:00.000Z');
const count = 20_000;
const message = (index: number) =>
  `{"message":"line","user":"${index % 100 === 7 ? 'grün' : 'other'}","index":${index}}`;

let folder: string;
let logs: CloudWatchLogsClient;
let close: () => void;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logs-'));
  // A line a second, in two runs; between them what is no event.
  const lines = Array.from({ length: count }, (_, index) => logFileLine(begin + index * 1000, 'Chat', message(index)));
  await writeFile(
    join(folder, 'functions-2026-01-01T00-00-00.000Z.log'),
    `${lines.slice(0, 15_000).join('')}half a li`,
  );
  await writeFile(join(folder, 'functions-2026-01-02T00-00-00.000Z.log'), `START\n${lines.slice(15_000).join('')}`);
  await writeFile(join(folder, 'dynoxide.log'), lines.join(''));
  const api = new LogsApi(new LogFiles(folder), new Map([['group', 'Log']]), {
    recorder: new Recorder(),
    access: new Access([], new Map()),
    target: { stackName: 'Test', account: '000000000000', region: 'us-east-1' },
  });
  const server = createServer(async (request, response) => {
    await api.handle(request, response, { caller: { function: 'test' }, body: await api.readBody(request) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => server.close();
  logs = new CloudWatchLogsClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  logs.destroy();
  close();
  await rm(folder, { recursive: true });
});

async function indexes(range: { startTime?: number; endTime?: number; filterPattern?: string; limit?: number }) {
  const found: number[] = [];
  let pages = 0;
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName: 'group', nextToken, ...range }));
    found.push(...(page.events ?? []).map((event) => JSON.parse(event.message ?? '').index));
    nextToken = page.nextToken;
    pages += 1;
  } while (nextToken !== undefined);
  return { found, pages };
}

test('gives every event once and in order, page by page, over all runs', async () => {
  const { found, pages } = await indexes({ limit: 3_000 });
  expect(found).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(pages).toBe(7);
});

test('an answer has no more than it may hold', async () => {
  const { found, pages } = await indexes({});
  expect(found).toHaveLength(count);
  expect(pages).toBeGreaterThan(1);
});

test.each([0, 1, 2, 999, 14_999, 15_000, 15_001, 19_999])(
  'begins with the very first event of a time: %d s',
  async (second) => {
    const { found } = await indexes({ startTime: begin + second * 1000, endTime: begin + (second + 5) * 1000 });
    expect(found).toEqual([0, 1, 2, 3, 4].map((more) => second + more).filter((index) => index < count));
  },
);

test('a pattern chooses by what a line of JSON holds', async () => {
  const { found } = await indexes({ filterPattern: '{ $.user = "grün" && $.message = * }' });
  expect(found).toHaveLength(count / 100);
  expect((await indexes({ filterPattern: '{ $.nothing = * }' })).found).toEqual([]);
});

test('what it does not know, it refuses by name', async () => {
  const ask = (input: object) => logs.send(new FilterLogEventsCommand({ logGroupName: 'group', ...input }));
  await expect(ask({ filterPattern: 'ERROR' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(ask({ nextToken: '../../etc/passwd:0' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(ask({ logGroupName: 'none' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
