import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { announcementOf, get, type OwnFile, put, type RoomFiles } from '../harness/files.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

const timeout = 240_000;

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
afterAll(async () => {
  await room.close();
});

let count = 0;
function newFile(): OwnFile {
  count += 1;
  return { name: `file ${count}`, bytes: Buffer.from(`content ${count}`) };
}

const place = (file: OwnFile) => sender.get('file', announcementOf('recipient', file));
const silent = { drop: 1, late: 0, delayMs: 0, double: 0 };

/** Has an inbox tell of a file: how often, and what. */
async function told(inbox: string, { name }: OwnFile): Promise<unknown[]> {
  const items = await room.database.stream(`inbox/${inbox}`);
  // A killed function may have left a number without a message.
  const numbers = items.map(({ seq }) => Number(seq));
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  return items.filter((one) => one['name'] === name).map((one) => one['event']);
}

/** Calls of the function of files to the database and to the store, each as it is about to be carried out. */
function watch(onCall: (index: number) => Promise<boolean>): { calls: () => number } {
  let calls = 0;
  const next = async (caller: { function: string; requestId?: string }) => {
    if (!caller.function.startsWith('Files') || caller.requestId === undefined) return false;
    calls += 1;
    return onCall(calls - 1);
  };
  room.local.faults.beforeDynamoDb = async (call) => ((await next(call)) ? 'before' : undefined);
  room.local.faults.beforeS3 = async (call) => ((await next(call)) ? 500 : undefined);
  return { calls: () => calls };
}

interface Step {
  /** What there is before; gives the file that it is about. */
  readonly prepare: () => Promise<OwnFile>;
  /** What the function is killed in; it may fail. */
  readonly act: (file: OwnFile) => Promise<unknown>;
  /** What follows by itself: what a client does that got no answer, and Lambda with an event that failed. */
  readonly recover: (file: OwnFile) => Promise<unknown>;
  /** What must be true then. */
  readonly holds: (file: OwnFile) => Promise<void>;
}

/** Says a command whose function is killed: the reply, or the gateway's error. */
async function sayUnderFire<A extends 'file' | 'filedone'>(
  client: RawClient,
  action: A,
  args: Parameters<RawClient['say']>[1],
) {
  const id = client.say(action, args as never);
  await client.next((one) => one.id === id || one['message'] === 'Internal server error', 'an answer');
}

const doneOrDoneBefore = async ({ name }: OwnFile) => {
  const reply = await recipient.ask('filedone', { from: 'sender', name });
  if (!reply.ok) expect(reply.error).toMatchObject({ code: 'no-such-file' });
};

/** The file is there, once, and can be got; afterwards it is got. */
async function canBeGot(file: OwnFile): Promise<void> {
  expect(await told('recipient', file)).toEqual(['file']);
  await recipient.event('file', { name: file.name });
  expect(await recipient.get('fileget', {})).toMatchObject({ files: [{ name: file.name }] });
  const found = await recipient.get('fileget', { from: 'sender', name: file.name });
  expect(await get(found)).toMatchObject({ status: 200, body: file.bytes });
  await doneOrDoneBefore(file);
  expect(await told('sender', file)).toEqual(['file-received']);
}

const uploaded = async () => {
  const file = newFile();
  room.local.faults.event = silent;
  await put(await place(file), file.bytes);
  return file;
};

const offered = async () => {
  const file = await uploaded();
  await files.tellAgain(await files.onlyKey());
  return file;
};

const tellAgain = async () => files.tellAgain(await files.onlyKey());

const steps: Record<string, Step> = {
  'an announcement': {
    prepare: async () => newFile(),
    act: (file) => sayUnderFire(sender, 'file', announcementOf('recipient', file)),
    recover: async (file) => put(await place(file), file.bytes),
    holds: async (file) => {
      await expect.poll(() => told('recipient', file)).toEqual(['file']);
      await canBeGot(file);
    },
  },
  'an arrival, told of again': { prepare: uploaded, act: tellAgain, recover: tellAgain, holds: canBeGot },
  'an arrival, never told of again': {
    prepare: uploaded,
    act: tellAgain,
    recover: async () => {
      await files.makeDue('announced');
      await files.tidy();
    },
    async holds(file) {
      // What was committed is in the inbox; where its post was lost, `sync` gives it.
      expect(await told('recipient', file)).toEqual(['file']);
      await doneOrDoneBefore(file);
      expect(await told('sender', file)).toEqual(['file-received']);
    },
  },
  'an arrival of something else': {
    prepare: async () => {
      const file = newFile();
      room.local.faults.event = silent;
      await place(file);
      await files.plant(await files.onlyKey(), Buffer.from('something else'));
      return file;
    },
    act: tellAgain,
    recover: async () => {
      const [record] = await files.records();
      if (record) await files.tellAgain(String(record['objectKey']));
    },
    async holds(file) {
      expect(await told('recipient', file)).toEqual([]);
      expect(await told('sender', file)).toEqual(['file-failed']);
    },
  },
  'an ending': {
    prepare: offered,
    act: ({ name }) => sayUnderFire(recipient, 'filedone', { from: 'sender', name }),
    recover: doneOrDoneBefore,
    async holds(file) {
      expect(await told('sender', file)).toEqual(['file-received']);
      expect(await recipient.get('fileget', {})).toMatchObject({ files: [] });
    },
  },
  'the end of an upload that never was': {
    async prepare() {
      const file = newFile();
      await place(file);
      await files.makeDue('announced');
      return file;
    },
    act: () => files.tidy(),
    recover: () => files.tidy(),
    async holds(file) {
      expect(await told('recipient', file)).toEqual([]);
      expect(await told('sender', file)).toEqual(['file-failed']);
    },
  },
  'the end of what nobody fetched': {
    async prepare() {
      const file = await offered();
      await files.makeDue('stored');
      return file;
    },
    act: () => files.tidy(),
    recover: () => files.tidy(),
    async holds(file) {
      expect(await told('sender', file)).toEqual(['file-failed']);
    },
  },
};

describe.each(Object.entries(steps))('the function killed in %s', (_, { prepare, act, recover, holds }) => {
  test('before each of its calls, and after the last', { timeout }, async () => {
    // Once unharmed, to see how many calls there are.
    const undisturbed = await prepare();
    const { calls } = watch(async () => false);
    await act(undisturbed);
    const last = calls() - 1;
    await recoverAndHold(undisturbed, 'undisturbed');
    expect(last).toBeGreaterThan(1);

    for (let step = 0; step <= last; step += 1) await playKilled(step, false);
    await playKilled(last, true);
  });

  /** Kills the function when a call of it is on its way; that one is carried out or not, and no other after it. */
  async function playKilled(step: number, carriedOut: boolean): Promise<void> {
    const file = await prepare();
    watch(async (index) => {
      if (index < step) return false;
      if (index === step) await room.local.killFunction('Files');
      return !carriedOut || index > step;
    });
    await act(file).catch(() => undefined);
    await recoverAndHold(file, `at call ${step}, ${carriedOut ? '' : 'not '}carried out`);
  }

  async function recoverAndHold(file: OwnFile, when: string): Promise<void> {
    room.local.faults.reset();
    await recover(file);
    await holds(file);
    await files.tidy();
    expect(await files.count(), when).toEqual({ records: 0, objects: 0 });
  }
});
