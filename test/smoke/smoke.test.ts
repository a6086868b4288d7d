import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { expect, onTestFinished, test } from 'vitest';
import { RoomAdmin } from '../../client/admin/room-admin.ts';
import { settingNames } from '../../protocol/admin/index.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';
import type { Check } from './check.ts';
import { checks } from './checks/index.ts';
import { smokeDeviations } from './deviations.ts';
import { smoke } from './smoke.ts';

async function openTarget() {
  const room = await openRoom({ floodLimit: true });
  onTestFinished(() => room.close());
  return {
    room,
    target: {
      url: room.url,
      page: room.pageUrl,
      admin: new RoomAdmin(async () => ({ invoke: (payload) => room.admin(payload) })),
    },
  };
}

/** Everything that the test could leave behind. */
async function stateOf(room: SceneRoom) {
  const [{ users }, { settings }, { present }, files] = await Promise.all([
    room.admin({ command: 'all-users' }),
    room.admin({ command: 'settings' }),
    room.database.counts(),
    room.files.count(),
  ]);
  const stored = settings as Record<string, unknown>;
  return { users, present, files, settings: settingNames.map((name) => [name, stored[name]]) };
}

test('a local room is as documented, and is left as it was', { timeout: 180_000 }, async () => {
  const { room, target } = await openTarget();
  const before = await stateOf(room);
  const lines: string[] = [];
  const { origin: endpoint, region, credentials } = room.local;
  const connections = new ApiGatewayManagementApiClient({ endpoint, region, credentials });
  const withConnections = { ...target, connections };
  const { outcomes, problems } = await smoke(withConnections, { print: (line) => lines.push(line), samples: 3 });
  expect(problems).toEqual([]);
  expect(outcomes.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
  expect(outcomes.filter(({ verdict }) => verdict === 'skipped')).toMatchObject([{ check: { needs: ['metrics'] } }]);
  const lastActiveAt = outcomes.filter(({ check }) => check.name.startsWith('lastActiveAt'));
  expect(lastActiveAt.map(({ text }) => text)).toEqual([expect.stringMatching(/^yes/), expect.stringMatching(/^yes/)]);
  expect(lines).toContainEqual(expect.stringMatching(/^\| whoelse \| \d+ \| [\d.]+ \| [\d.]+ \| [\d.]+ \|$/));
  expect(await stateOf(room)).toEqual(before);
});

test('an interrupted test leaves the room as it was', async () => {
  const { room, target } = await openTarget();
  const before = await stateOf(room);
  const interruption = new AbortController();
  const endless: Check = {
    name: 'endless',
    expected: 'nothing',
    source: '',
    async observe(one) {
      await one.pair();
      await one.change('maxCon', 1);
      await one.stop('for the test');
      interruption.abort(new Error('interrupted'));
      return new Promise(() => undefined);
    },
  };
  const { problems } = await smoke(target, { print: () => undefined, checks: [endless], signal: interruption.signal });
  expect(problems).toEqual(['The test did not end: interrupted']);
  expect(await stateOf(room)).toEqual(before);
});

test('a client without other permissions skips what it may not do, by name, and leaves no users', async () => {
  const { room, target } = await openTarget();
  const lines: string[] = [];
  const { outcomes, problems } = await smoke(
    { url: target.url },
    { print: (line) => lines.push(line), checks: asClient },
  );
  expect(problems).toEqual([]);
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(['ok', 'skipped']);
  expect(lines[1]).toBe("skipped   a stop of the room: needs the room's administrator");
  expect(await room.admin({ command: 'all-users' })).toMatchObject({ users: [] });
});

const asClient = checks.filter(({ name }) => ['a broadcast', 'a stop of the room'].includes(name));

test('a known deviation names a check', () => {
  const names = new Set(checks.map(({ name }) => name));
  expect(names.size).toBe(checks.length);
  for (const { check } of Object.values(smokeDeviations).flat()) expect(names).toContain(check);
});
