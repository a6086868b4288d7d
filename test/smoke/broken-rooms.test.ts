import { expect, onTestFinished, test } from 'vitest';
import { RoomAdmin } from '../../client/admin/room-admin.ts';
import { localRoom } from '../../client/admin/targets/local-room.ts';
import { startLocalRoom } from '../../local/room.ts';
import { temporaryFolder } from '../harness/ending.ts';
import { BrokenAssembly } from './broken-assembly.ts';
import { checks } from './checks/index.ts';
import { smoke } from './smoke.ts';

interface Breakage {
  readonly what: string;
  breakIt(assembly: BrokenAssembly): void;
  /** The check that finds it. */
  readonly check: string;
  readonly observed: string;
}

const breakages: readonly Breakage[] = [
  {
    what: 'a missing route response',
    breakIt: (assembly) =>
      assembly.remove('AWS::ApiGatewayV2::RouteResponse', ({ Properties }, resources) => {
        const { Ref: route } = Properties['RouteId'] as { Ref: string };
        return resources[route]?.Properties['RouteKey'] === 'whoelse';
      }),
    check: 'every route answers a malformed request',
    observed: 'whoelse: 0 frames',
  },
  {
    what: 'a wrong status of $connect',
    breakIt: (assembly) => assembly.replace('Connection', /\b503\b/g, '500'),
    check: 'a stop of the room',
    observed: 'stop is the last frame, closed with 1000; then 500, and 101 after the start',
  },
  {
    what: 'a MOCK integration without its response',
    breakIt: (assembly) => assembly.remove('AWS::ApiGatewayV2::IntegrationResponse', () => true),
    check: 'five pings over a new connection',
    observed: '0 pongs and 5 other frames',
  },
  {
    what: 'a role that lost a permission',
    breakIt: (assembly) => assembly.deny('Chat', 'execute-api:ManageConnections'),
    check: 'a broadcast',
    observed: 'nothing (the event broadcast',
  },
  {
    what: 'a wrong content header of downloads',
    breakIt: (assembly) =>
      assembly.replace('Files', /(ResponseContentType:)"application\/octet-stream"/g, '$1"text/html"'),
    check: 'the headers of a download',
    observed: 'attachment, text/html',
  },
];

test.each(breakages)('$what is named, and nothing stays behind', async ({ breakIt, check, observed }) => {
  const assembly = new BrokenAssembly();
  breakIt(assembly);
  const room = await startLocalRoom({
    assembly: assembly.folder,
    dataDir: temporaryFolder('broken-room-'),
    environment: { PASSWORD_COST: '4' },
  });
  onTestFinished(() => room.close());
  const admin = new RoomAdmin(() => localRoom({ port: Number(new URL(room.url).port) }));
  const lines: string[] = [];
  const { outcomes, problems } = await smoke(
    { url: room.url, admin },
    {
      print: (line) => lines.push(line),
      checks: checks.filter(({ name }) => name === check),
      patience: 5_000,
    },
  );
  expect(outcomes).toMatchObject([{ verdict: 'differs', text: expect.stringContaining(observed) }]);
  expect(lines[0]).toMatch(new RegExp(`^DIFFERS {3}${check}: expected ".+", observed "`));
  expect(problems).toEqual([]);
  expect((await admin.ask('stats', {})).online).toBe(0);
});
