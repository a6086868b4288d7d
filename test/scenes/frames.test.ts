import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../protocol/index.ts';
import type { RawClient, ReceivedFrame } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { rounds, timeout } from '../harness/rounds.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const reply = (frame: ReceivedFrame) => frame.type === 'reply';

describe('a frame of a client', () => {
  test.each([
    ['nothing', '', 'bad-request'],
    ['no JSON', '{', 'bad-request'],
    ['an array', '[]', 'bad-request'],
    ['a number', '1', 'bad-request'],
    ['null', 'null', 'bad-request'],
    ['no action', '{}', 'bad-request'],
    ['an action that is not a text', '{"action":{"a":1}}', 'bad-request'],
    ['an unknown action', '{"action":"dance"}', 'unknown-action'],
    ['a property of every object', '{"action":"constructor"}', 'unknown-action'],
    ['the route of connecting', '{"action":"$connect"}', 'unknown-action'],
    ['the route of disconnecting', '{"action":"$disconnect"}', 'unknown-action'],
    ['the default route', '{"action":"$default"}', 'unknown-action'],
    ['a missing argument', '{"action":"login","user":"x"}', 'bad-request'],
    ['an argument of another type', '{"action":"login","user":"x","password":1}', 'bad-request'],
    ['an argument too many', '{"action":"login","user":"x","password":"y","admin":true}', 'bad-request'],
    ['a prototype key', '{"action":"login","user":"x","password":"y","__proto__":{}}', 'bad-request'],
    ['half a surrogate pair', '{"action":"login","user":"\\ud800","password":"y"}', 'bad-request'],
    ['a wrong acknowledgement', '{"action":"ack","inbox":-1}', 'bad-request'],
  ])('%s is answered', async (_, frame, code) => {
    const client = await room.connect();
    client.send(frame);
    expect(await client.next(reply)).toMatchObject({ ok: false, error: { code } });
    await client.close();
  });

  test('a refusal names the wrong field and repeats the request id', async () => {
    const client = await room.connect();
    client.send({ action: 'login', id: 'mine', user: 'x' });
    expect(await client.next(reply)).toMatchObject({ id: 'mine', action: 'login', error: { field: 'password' } });
    await client.close();
  });

  test('a heartbeat is answered without a Lambda function', async () => {
    const client = await room.connect();
    const recording = room.local.calls.record();
    client.send({ action: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
    expect(recording.invocations).toEqual([]);
    recording.stop();
    await client.close();
  });

  test('binary frames close the connection with 1003, frames over the limit with 1009', async () => {
    const binary = await room.connect();
    binary.send(randomBytes(10));
    expect(await binary.closed).toMatchObject({ code: 1003 });
    const huge = await room.connect();
    huge.send('x'.repeat(130 * 1024));
    expect(await huge.closed).toMatchObject({ code: 1009 });
  });
});

describe('random frames', () => {
  const junk: fc.Arbitrary<string> = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .record(
        {
          action: fc.oneof(fc.constantFrom(...actions.filter((action) => action !== 'logout')), fc.string()),
          id: fc.oneof(fc.string({ maxLength: 80 }), fc.integer()),
          user: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
          password: fc.anything(),
          newPassword: fc.anything(),
          takeOver: fc.anything(),
          invite: fc.anything(),
          text: fc.anything(),
          __proto__: fc.anything(),
        },
        { requiredKeys: ['action'] },
      )
      .map((value) => JSON.stringify(value)),
    // Of the right types, so that the handlers get them.
    fc
      .record(
        {
          action: fc.constantFrom('login', 'register'),
          user: fc.oneof(fc.constantFrom('patient', 'nobody'), fc.string({ unit: 'grapheme' })),
          password: fc.string({ unit: 'grapheme' }),
          newPassword: fc.string({ unit: 'grapheme' }),
          takeOver: fc.boolean(),
          invite: fc.string({ unit: 'grapheme', maxLength: 2000 }),
        },
        { requiredKeys: ['action', 'user', 'password'] },
      )
      .map((value) => JSON.stringify(value)),
    fc
      .integer({ min: 1, max: 2000 })
      .map((depth) => `{"action":"message","to":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    fc
      .integer({ min: 1, max: 30_000 })
      .map((length) => JSON.stringify({ action: 'broadcast', text: 'x'.repeat(length) })),
  );

  /** Waits for one answer per frame. Only their number is known in advance. */
  async function sayAll(client: RawClient, frames: string[]): Promise<void> {
    const answers = (frame: ReceivedFrame) => reply(frame) || frame.type === 'pong';
    for (const frame of frames) client.send(frame);
    for (const _ of frames) expect(await client.next(answers)).toSatisfy(isProperAnswer);
  }

  const isProperAnswer = (frame: ReceivedFrame) =>
    frame.type === 'pong' || frame.ok === true || (frame.ok === false && frame.error?.code !== 'internal');

  test('are each answered as the protocol says, and a login is served after them', { timeout }, async () => {
    await room.register('patient');
    const frames = fc.sample(junk, { numRuns: 80 * rounds, seed: 7 });
    const clients = await Promise.all(Array.from({ length: 4 }, () => room.connect()));
    const share = Math.ceil(frames.length / clients.length);
    await Promise.all(
      clients.map(async (client, i) => {
        const own = frames.slice(i * share, (i + 1) * share);
        for (let from = 0; from < own.length; from += 25) await sayAll(client, own.slice(from, from + 25));
      }),
    );
    const late = await room.connect();
    await late.get('login', { user: 'patient', password });
    await Promise.all([...clients, late].map((client) => client.close()));
  });

  test("of the administrator's commands are each answered", { timeout }, async () => {
    const address = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV6(),
      fc.tuple(fc.ipV4(), fc.integer()).map((one) => one.join('/')),
    );
    const request = fc.record(
      {
        command: fc.constantFrom('ban', 'unban', 'invite', 'revoke', 'suspend', 'unsuspend', 'add-user', 'change'),
        address: fc.oneof(address, fc.anything()),
        hours: fc.oneof(fc.integer(), fc.double(), fc.anything()),
        uses: fc.oneof(fc.integer(), fc.anything()),
        days: fc.oneof(fc.integer(), fc.anything()),
        id: fc.oneof(fc.string(), fc.anything()),
        user: fc.oneof(fc.string({ unit: 'grapheme' }), fc.anything()),
        name: fc.oneof(fc.constantFrom('nameReservation', 'lastHour', 'constructor'), fc.anything()),
        value: fc.oneof(fc.integer(), fc.anything()),
      },
      { requiredKeys: ['command'] },
    );
    for (const given of fc.sample(request, { numRuns: 10 * rounds, seed: 7 })) {
      // As JSON, because Lambda gets nothing else. A command with an argument that it does not have is refused.
      const { ok, error } = (await room.admin(JSON.parse(JSON.stringify(given)))) as ReceivedFrame;
      expect(ok === true || (error !== undefined && error.code !== 'internal'), JSON.stringify(given)).toBe(true);
    }
    for (const command of [{ command: 'ban' }, { command: 'unban' }]) {
      for (const one of fc.sample(address, { numRuns: 5 * rounds, seed: 7 })) {
        const { ok, error } = (await room.admin({ ...command, address: one })) as ReceivedFrame;
        expect([true, 'invalid-address', 'not-banned', 'too-many-bans'], one).toContain(ok || error?.code);
      }
    }
    // Some of them ban this machine.
    await room.database.set('Room', { room: 'room' }, { bans: {} });
  });

  test('broken UTF-8 and binary close their own connection, and no other', async () => {
    const steady = await room.enter('steady');
    for (let i = 0; i < 20; i += 1) {
      const client = await room.connect();
      if (i % 2 === 0) client.send(randomBytes(50));
      else client.socket.send(Buffer.from([0xc3, 0x28, 0xa0, 0xff]), { binary: false });
      expect((await client.closed).code).toBeGreaterThanOrEqual(1002);
    }
    expect(await steady.get('whoelse', {})).toMatchObject({ ok: true });
    await steady.close();
  });
});
