import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wrongWithFileName } from '../../protocol/index.ts';
import { connect } from '../room/index.ts';
import { isPortable, manyHostileNames } from '../testing/hostile-names.ts';
import { ScriptedRoom } from '../testing/scripted-room.ts';
import { give, ScriptedStore, sha256 } from '../testing/scripted-store.ts';
import { getFile } from './get-file.ts';

let outside: string;
let folder: string;
let scripted: ScriptedRoom;
let store: ScriptedStore;

beforeEach(async () => {
  outside = mkdtempSync(join(tmpdir(), 'hostile-'));
  folder = join(outside, 'a', 'b', 'downloads');
  mkdirSync(folder, { recursive: true });
  [scripted, store] = await Promise.all([ScriptedRoom.start(), ScriptedStore.start()]);
});

afterEach(async () => {
  await Promise.all([scripted.close(), store.close()]);
  rmSync(outside, { recursive: true });
});

test('two hundred hostile names from a room that checks none are saved under safe names in the folder, and nowhere else', async () => {
  const names = manyHostileNames(200);
  const room = await connect({ url: scripted.url, message: () => {} });
  const peer = await scripted.peer();
  await Promise.all([room.login('Columbia', '116bway'), scripted.letIn(peer)]);
  writeFileSync(join(folder, 'mine'), 'mine');

  const saved = new Set<string>();
  for (const name of names) {
    const content = Buffer.from(`the file called ${JSON.stringify(name)}`);
    store.expect(give(content));
    const getting = getFile(room, { from: '../facebook', name, folder });
    const asked = await peer.next('fileget');
    expect(asked.arguments.name).toBe(name);
    asked.reply({ url: store.url(), size: content.length, sha256: sha256(content), expiresAt: '2026-11-23T09:00:00Z' });
    const [got] = await Promise.all([getting, peer.next('filedone').then((told) => told.reply({}))]);
    expect(dirname(got.path)).toBe(folder);
    expect(wrongWithFileName(got.name)).toBeUndefined();
    expect(isPortable(got.name)).toBe(true);
    expect(got.name).not.toMatch(/^[-.]/);
    expect(readFileSync(got.path).equals(content)).toBe(true);
    saved.add(got.name);
  }
  expect(saved.size).toBe(200);
  expect(new Set(readdirSync(folder))).toEqual(new Set([...saved, 'mine']));
  expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine');
  // The parent folders, and the content of the folder.
  expect(readdirSync(outside, { recursive: true }).length).toBe(204);
});
