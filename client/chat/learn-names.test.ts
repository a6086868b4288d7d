import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Peer } from '../testing/scripted-room.ts';
import { Visit } from '../testing/visit.ts';
import { learnNames } from './learn-names.ts';
import { NamesSeen } from './names-seen.ts';

let visit: Visit;
let peer: Peer;
let names: NamesSeen;
let learn: ReturnType<typeof learnNames>;

beforeEach(async () => {
  visit = await Visit.begin();
  peer = await visit.logIn();
  names = new NamesSeen();
  learn = learnNames(visit.room, names);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await visit.end();
});

/** Checks that there was no other request before. */
async function askSomethingElse(): Promise<void> {
  const asked = visit.room.request('blocklist', {});
  (await peer.next('blocklist')).reply({ users: [] });
  await asked;
}

test('concurrent completions share one request, later ones use its answer, and after a while there is a new request', async () => {
  const both = Promise.all([learn('users'), learn('users')]);
  (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
  await both;
  expect(names.users).toEqual(['Columbia']);
  await learn('users');
  await askSomethingElse();
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
  const anew = learn('users');
  (await peer.next('whoelse')).reply({ users: ['Google'], total: 1 });
  await anew;
  expect(names.users).toEqual(['Columbia', 'Google']);
});

test('a refusal is not shown, and the request is not repeated at once', async () => {
  const offers = learn('offers');
  (await peer.next('fileget')).refuse('internal');
  await offers;
  await learn('offers');
  await askSomethingElse();
});

test('a completion does not wait for a late answer, which is used when it arrives', async () => {
  const offers = learn('offers');
  const fileget = await peer.next('fileget');
  await offers;
  expect(names.offers).toEqual([]);
  const file = {
    from: 'Google',
    name: 'late.txt',
    size: 1,
    sha256: '0'.repeat(64),
    sentAt: '2026-11-23T09:00:00.000Z',
  };
  fileget.reply({ files: [file] });
  await expect.poll(() => names.offers).toEqual([file]);
});
