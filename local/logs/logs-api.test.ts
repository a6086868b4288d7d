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
  // One line a second, in the files of two runs. Between them are an incomplete line and one without a time.
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

test('returns every event once and in order, page by page, over all runs', async () => {
  const { found, pages } = await indexes({ limit: 3_000 });
  expect(found).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(pages).toBe(7);
});

test('a long result comes in several pages', async () => {
  const { found, pages } = await indexes({});
  expect(found).toHaveLength(count);
  expect(pages).toBeGreaterThan(1);
});

test.each([0, 1, 2, 999, 14_999, 15_000, 15_001, 19_999])(
  'begins with the first event at the start time: %d s',
  async (second) => {
    const { found } = await indexes({ startTime: begin + second * 1000, endTime: begin + (second + 5) * 1000 });
    expect(found).toEqual([0, 1, 2, 3, 4].map((more) => second + more).filter((index) => index < count));
  },
);

test('a filter pattern selects lines by their JSON', async () => {
  const { found } = await indexes({ filterPattern: '{ $.user = "grün" && $.message = * }' });
  expect(found).toHaveLength(count / 100);
  expect((await indexes({ filterPattern: '{ $.nothing = * }' })).found).toEqual([]);
});

test('unsupported requests are refused by name', async () => {
  const ask = (input: object) => logs.send(new FilterLogEventsCommand({ logGroupName: 'group', ...input }));
  await expect(ask({ filterPattern: 'ERROR' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(ask({ nextToken: '../../etc/passwd:0' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(ask({ logGroupName: 'none' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
