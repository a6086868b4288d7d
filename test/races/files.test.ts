import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import { announcementOf, get, type OwnFile, put, type RoomFiles } from '../harness/files.ts';
import type { AnyReply, RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { rounds, timeout } from '../harness/rounds.ts';

let room: SceneRoom;
let files: RoomFiles;
let sender: RawClient;
let recipient: RawClient;
beforeAll(async () => {
  room = await openRoom();
  files = room.files;
  sender = await room.enter('sender');
  recipient = await room.enter('recipient');
});
afterEach(async () => {
  await files.clear();
  expect(await files.count()).toEqual({ records: 0, objects: 0 });
  for (const inbox of ['inbox/sender', 'inbox/recipient']) {
    const seqs = (await room.database.stream(inbox)).map((one) => one['seq']);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  }
});
afterAll(async () => {
  await room.close();
});

/** Zero to some milliseconds, different in each round, so that the rounds interleave differently. */
const stagger = (round: number) => (round * 5) % 17;

const fileOf = (race: string, round: number): OwnFile => ({ name: `${race} ${round}`, bytes: Buffer.from(`${round}`) });
const announce = (file: OwnFile, to = 'recipient') => sender.get('file', announcementOf(to, file));
const codeOf = ({ ok, error }: AnyReply<'file' | 'filedone' | 'filedecline'>) => (ok ? 'ok' : error?.code);
/** The event that tells the sender how a file ended. */
const fate = ({ name }: OwnFile) =>
  sender.next((one) => /^file-/.test(one.event ?? '') && one['name'] === name, 'its fate');

async function stored(file: OwnFile, to = 'recipient'): Promise<void> {
  await put(await announce(file, to), file.bytes);
  await recipient.event('file', { name: file.name });
}

test('of two announcements of one name with different contents one is accepted; with the same content both get the same object', {
  timeout,
}, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const file = fileOf('announced', round);
    const same = round % 2 === 0;
    const other = same ? file : { ...file, bytes: Buffer.from('another') };
    const replies = await Promise.all([file, other].map((one) => sender.ask('file', announcementOf('recipient', one))));
    const places = replies.filter((reply) => reply.ok);
    expect(replies.map(codeOf).sort()).toEqual(same ? ['ok', 'ok'] : ['file-exists', 'ok']);
    expect(new Set(places.map(({ url }) => new URL(url).pathname)).size).toBe(1);
    const winner = replies[0]?.ok ? file : other;
    const answers = await Promise.all(places.map((place) => put(place, winner.bytes)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await recipient.event('file', { name: file.name });
    expect(await get(await recipient.get('fileget', { from: 'sender', name: file.name }))).toMatchObject({
      body: winner.bytes,
    });
    await recipient.get('filedone', { from: 'sender', name: file.name });
  }
});

test('an upload races a block: the file is either offered, or refused and its sender told', { timeout }, async () => {
  const fates = { offered: 0, blocked: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const file = fileOf('blocked', round);
    const place = await announce(file);
    const upload = () => put(place, file.bytes);
    const block = () => recipient.get('block', { user: 'sender' });
    if (round === 0) {
      await upload();
      await recipient.event('file', { name: file.name });
      await block();
    } else if (round === 1) {
      await block();
      await upload();
    } else {
      // The upload begins first in one half of the rounds, the block in the other.
      const lead = (round % 2 === 0 ? 1 : -1) * stagger(round);
      await Promise.all([sleep(Math.max(0, -lead)).then(upload), sleep(Math.max(0, lead)).then(block)]);
    }
    await expect.poll(async () => (await files.records()).map(({ state }) => state)).not.toContain('announced');
    const { files: offered = [] } = await recipient.get('fileget', {});
    const inbox = await room.database.stream('inbox/recipient');
    expect(inbox.filter(({ name }) => name === file.name)).toHaveLength(offered.length);
    if (offered.length === 1) {
      fates.offered += 1;
      await recipient.get('filedecline', { from: 'sender', name: file.name });
      expect(await fate(file)).toMatchObject({ event: 'file-declined' });
    } else {
      fates.blocked += 1;
      expect(await fate(file)).toMatchObject({ event: 'file-failed', reason: 'blocked' });
    }
    await recipient.get('unblock', { user: 'sender' });
  }
  expect(fates.offered + fates.blocked).toBe(rounds);
  expect(fates.offered).toBeGreaterThan(0);
  expect(fates.blocked).toBeGreaterThan(0);
});

test('an upload is held before its commit while the recipient blocks the sender, or deregisters and the name gets a new owner', {
  timeout,
}, async () => {
  for (const how of ['block', 'deregister'] as const) {
    await room.register('phoenix');
    const file = fileOf(how, 0);
    const place = await announce(file, 'phoenix');
    const held = deferred<void>();
    const go = deferred<undefined>();
    room.local.faults.beforeDynamoDb = (call) => {
      if (call.operation !== 'TransactWriteItems' || !call.function.startsWith('Files')) return undefined;
      held.resolve();
      return go.promise;
    };
    await put(place, file.bytes);
    await held.promise;
    const guest = await room.connect();
    if (how === 'block') {
      await guest.get('login', { user: 'phoenix', password });
      await guest.get('block', { user: 'sender' });
    } else {
      await guest.get('deregister', { user: 'phoenix', password });
      await guest.get('register', { user: 'phoenix', password });
      await guest.get('login', { user: 'phoenix', password });
    }
    go.resolve(undefined);
    expect(await fate(file)).toMatchObject({ reason: how === 'block' ? 'blocked' : 'no-such-user' });
    room.local.faults.reset();
    expect(await guest.get('sync', { inbox: 0 })).toMatchObject({ messages: [] });
    expect(guest.events('file')).toEqual([]);
    await guest.get('logout', {});
    const again = await room.connect();
    await again.get('deregister', { user: 'phoenix', password });
    await again.close();
  }
});

test('of many concurrent endings of one file one is granted, and the sender is told of that one', {
  timeout,
}, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const file = fileOf('ended', round);
    await stored(file);
    const args = { from: 'sender', name: file.name };
    const actions = ['filedone', 'filedecline', 'filedone'] as const;
    const replies = await Promise.all(actions.map((action) => recipient.ask(action, args)));
    expect(replies.map(codeOf).sort()).toEqual(['no-such-file', 'no-such-file', 'ok']);
    const granted = replies.find(({ ok }) => ok)?.action;
    const event = granted === 'filedone' ? 'file-received' : 'file-declined';
    expect(await fate(file)).toMatchObject({ event, by: 'recipient' });
    const inbox = await room.database.stream('inbox/sender');
    expect(inbox.filter(({ name }) => name === file.name)).toHaveLength(1);
  }
});

test('an upload whose event comes five times, a tidying run, and messages to the same inbox do not disturb each other', {
  timeout,
}, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const file = fileOf('told', round);
    room.local.faults.event = { drop: 1, late: 0, delayMs: 0, double: 0 };
    await put(await announce(file), file.bytes);
    room.local.faults.reset();
    const [record] = await files.records();
    await files.makeDue('announced');
    await sleep(stagger(round));
    const talk = Array.from({ length: 5 }, (_, i) => sender.get('message', { to: 'recipient', text: `${round}.${i}` }));
    const tellings = Array.from({ length: 5 }, () => files.tellAgain(String(record?.['objectKey'])));
    await Promise.all([...talk, ...tellings, files.tidy()]);
    await recipient.event('file', { name: file.name });
    const inbox = await room.database.stream('inbox/recipient');
    expect(inbox.filter(({ name }) => name === file.name)).toHaveLength(1);
    await recipient.get('filedone', { from: 'sender', name: file.name });
  }
});

test('an ending races the tidying run that finds the file expired: one of them takes effect', { timeout }, async () => {
  const fates = new Set<unknown>();
  for (let round = 0; round < rounds; round += 1) {
    const file = fileOf('expired', round);
    await stored(file);
    const ending = recipient.ask('filedone', { from: 'sender', name: file.name });
    await sleep(stagger(round));
    await files.makeDue('stored').catch(() => undefined);
    const [reply] = await Promise.all([ending, files.tidy()]);
    const { event } = await fate(file);
    expect(event).toBe(reply.ok ? 'file-received' : 'file-failed');
    const inbox = await room.database.stream('inbox/sender');
    expect(inbox.filter(({ name }) => name === file.name)).toHaveLength(1);
    fates.add(event);
  }
  expect(fates.size).toBeGreaterThan(0);
});
