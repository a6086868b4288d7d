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

/** The events about a file in an inbox. */
async function told(inbox: string, { name }: OwnFile): Promise<unknown[]> {
  const items = await room.database.stream(`inbox/${inbox}`);
  // A killed function may have left a number without a message.
  const numbers = items.map(({ seq }) => Number(seq));
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  return items.filter((one) => one['name'] === name).map((one) => one['event']);
}

/** The calls of the files function to DynamoDB and S3, each before it is carried out. */
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
  /** Prepares the state, and returns the file. */
  readonly prepare: () => Promise<OwnFile>;
  /** The action during which the function is killed. It may fail. */
  readonly act: (file: OwnFile) => Promise<unknown>;
  /** The automatic recovery: the client's retry, or Lambda's retry of an event. */
  readonly recover: (file: OwnFile) => Promise<unknown>;
  /** Checks the final state. */
  readonly holds: (file: OwnFile) => Promise<void>;
}

/** Sends a command whose function is killed. Resolves at the reply or the gateway's error. */
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

/** Checks that the file exists once and can be downloaded, and downloads it. */
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
  'an upload whose event is repeated': { prepare: uploaded, act: tellAgain, recover: tellAgain, holds: canBeGot },
  'an upload whose event is not repeated': {
    prepare: uploaded,
    act: tellAgain,
    recover: async () => {
      await files.makeDue('announced');
      await files.tidy();
    },
    async holds(file) {
      // A committed message is in the inbox. If its post was lost, `sync` returns it.
      expect(await told('recipient', file)).toEqual(['file']);
      await doneOrDoneBefore(file);
      expect(await told('sender', file)).toEqual(['file-received']);
    },
  },
  'an upload of other bytes': {
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
  'the end of an upload that never began': {
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
  'the end of a file that its recipient did not fetch': {
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

describe.each(Object.entries(steps))('the function is killed in %s', (_, { prepare, act, recover, holds }) => {
  test('before each of its calls, and after the last', { timeout }, async () => {
    // First run it without a kill, to count its calls.
    const undisturbed = await prepare();
    const { calls } = watch(async () => false);
    await act(undisturbed);
    const last = calls() - 1;
    await recoverAndHold(undisturbed, 'undisturbed');
    expect(last).toBeGreaterThan(1);

    for (let step = 0; step <= last; step += 1) await playKilled(step, false);
    await playKilled(last, true);
  });

  /** Kills the function during one of its calls. That call is carried out or not; later ones are not. */
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
