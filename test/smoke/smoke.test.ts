import { expect, onTestFinished, test } from 'vitest';
import { RoomAdmin } from '../../client/admin/room-admin.ts';
import { settingNames } from '../../protocol/admin/index.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';
import type { Check } from './check.ts';
import { checks } from './checks/index.ts';
import { smoke } from './smoke.ts';

async function openTarget() {
  const room = await openRoom({ floodLimit: true });
  onTestFinished(() => room.close());
  return { room, target: { url: room.url, admin: new RoomAdmin((payload) => room.admin(payload)) } };
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
  const { outcomes, problems } = await smoke(target, { print: (line) => lines.push(line), samples: 3 });
  expect(problems).toEqual([]);
  expect(outcomes.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
  const skipped = outcomes.filter(({ verdict }) => verdict === 'skipped').map(({ check }) => check.needs?.at(-1));
  expect(new Set(skipped)).toEqual(new Set(['connections', 'metrics']));
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

test('a client without other rights skips what it may not do, by name, and leaves no users', async () => {
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
