import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRights, unusedRights } from '../../scripts/rights/rights.ts';
import { renderRights } from '../../scripts/rights/table.ts';
import { openRoom } from '../harness/room.ts';

test('the committed page is what the template says today', async () => {
  const committed = readFileSync('docs/rights.md', 'utf8');
  expect(committed, 'docs/rights.md is out of date: npm run rights').toBe(
    renderRights((await readRights('cdk.out')).all),
  );
});

test('rights that are used are told from those that are not', async () => {
  const rights = await readRights('cdk.out');
  const room = await openRoom();
  await room.register('Columbia');
  const before = unusedRights(rights, []);
  const after = unusedRights(rights, room.local.access.used);
  await room.close();
  const register = { function: 'Account', action: 'dynamodb:PutItem', resource: 'Users', conditions: '' };
  const login = { function: 'Account', action: 'dynamodb:PutItem', resource: 'Presence', conditions: '' };
  expect(before).toEqual(expect.arrayContaining([register, login]));
  expect(after).toEqual(expect.arrayContaining([login]));
  expect(after).not.toContainEqual(register);
});
