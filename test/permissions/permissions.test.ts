import { expect, test } from 'vitest';
import { current } from '../../scripts/generate/indexes.ts';
import { permissionsPage } from '../../scripts/generate/pages.ts';
import { readPermissions, unusedPermissions } from '../../scripts/permissions/permissions.ts';
import { openRoom } from '../harness/room.ts';

test('the committed page of permissions is up to date', async () => {
  const { path, text } = await permissionsPage('cdk.out');
  expect(current('.', path), `${path} is stale: run npm run generate`).toBe(text);
});

test('unused permissions of a room are found', async () => {
  const permissions = await readPermissions('cdk.out');
  const room = await openRoom();
  await room.register('Columbia');
  const before = unusedPermissions(permissions, []);
  const after = unusedPermissions(permissions, room.local.access.used);
  await room.close();
  const register = { function: 'Account', action: 'dynamodb:PutItem', resource: 'Users', conditions: '' };
  const login = { function: 'Account', action: 'dynamodb:PutItem', resource: 'Presence', conditions: '' };
  expect(before).toEqual(expect.arrayContaining([register, login]));
  expect(after).toEqual(expect.arrayContaining([login]));
  expect(after).not.toContainEqual(register);
});
