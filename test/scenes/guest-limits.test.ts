import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repeatDelay } from '../../functions/chat/dispatch.ts';
import { mostRefusedOfGuests } from '../../functions/chat/rate-limiter.ts';
import type { ServiceCall } from '../../local/recorder.ts';
import { guestLimit, mostRefused } from '../../protocol/index.ts';
import type { RawClient, ReceivedFrame } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom({ floodLimit: true, environmentsPerFunction: 2 });
  // All floods come from one address.
  await room.database.seed({ connectsPerAddress: 1_000_000 });
});
afterAll(() => room.close());

const { burst } = guestLimit({ rate: 20, burst: 100 });

/** Sends a frame many times, until the room closes the connection. Returns the number of answers with each code. */
async function flood(client: RawClient, frame: object | string): Promise<Map<string, number>> {
  for (let i = 0; i < 2 * mostRefused + 100; i += 1) client.send(frame);
  expect(await client.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
  const codes = new Map<string, number>();
  for (const { error } of client.all(({ type }) => type === 'reply')) {
    codes.set(error?.code ?? 'ok', (codes.get(error?.code ?? 'ok') ?? 0) + 1);
  }
  return codes;
}

/** The tables that functions read to answer frames. */
const tablesOf = (calls: readonly ServiceCall[]) =>
  calls
    .filter(({ service, trigger }) => service === 'dynamodb' && trigger?.eventType === 'MESSAGE')
    .filter(({ operation }) => ['GetItem', 'BatchGetItem', 'Query'].includes(operation))
    .flatMap(({ permissions }) => permissions.map(({ resource }) => resource.replace(/[0-9A-F]{8}$/, '')));

describe('frames of a connection that has not logged in', () => {
  test.each([
    ["a member's command", { action: 'whoelse' }, 'not-logged-in'],
    ["a member's command for a file", { action: 'fileget' }, 'not-logged-in'],
    ['no command at all', 'hello', 'bad-request'],
    ['an unknown command', { action: 'dance' }, 'unknown-action'],
    ['the route of connecting', { action: '$connect' }, 'unknown-action'],
    ['a guest’s command that is not well-formed', { action: 'login', user: 'x' }, 'bad-request'],
  ])('%s: is limited, reads nothing but the connection, and ends in a close', async (_, frame, code) => {
    const client = await room.connect();
    const recording = room.local.calls.record();
    const codes = await flood(client, frame);
    recording.stop();
    expect([...codes.keys()].toSorted()).toEqual([code, 'rate-limited'].toSorted());
    // A burst, the half of it that each environment counts alone, and what a slow machine's seconds add.
    expect(codes.get(code)).toBeLessThan(4 * burst);
    expect(new Set(tablesOf(recording.calls))).toEqual(new Set(['Connections']));
  });

  test.each([
    ["members' commands", JSON.stringify({ action: 'whoelse' })],
    ['messages above 32 KB', JSON.stringify({ action: 'dance', text: 'x'.repeat(40_000) })],
  ])('%s: few are accepted, because no client has a reason to send them', async (_, message) => {
    const client = await room.connect();
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 6; i += 1) {
      // A frame of more than 32 KB would be refused by API Gateway, a message of several frames is not.
      client.socket.send(message.slice(0, 20_000), { fin: message.length <= 20_000 });
      for (let at = 20_000; at < message.length; at += 20_000)
        client.socket.send(message.slice(at, at + 20_000), { fin: at + 20_000 >= message.length });
      const { error } = await client.next(({ ok }) => ok === false);
      codes.push(error?.code);
    }
    // Two for a burst; each of two environments may count one more alone.
    expect(codes.filter((code) => code !== 'rate-limited').length).toBeLessThanOrEqual(4);
    expect(codes.at(-1)).toBe('rate-limited');
    await client.close();
  });

  test('enough are accepted to register, to mistype the password twice, and to log in', async () => {
    const client = await room.connect();
    await client.get('register', { user: 'Clumsy', password });
    for (let i = 0; i < 2; i += 1) {
      expect(await client.refused('login', { user: 'Clumsy', password: 'a guess' })).toMatchObject({
        code: 'wrong-password',
      });
    }
    await client.get('login', { user: 'Clumsy', password });
    // The member's own limit begins anew.
    for (let i = 0; i < 50; i += 1) await client.get('whoelse', {});
    await client.close();
  });
});

test('a guest that marks its frames as repeats does not slow other users down', async () => {
  const member = await room.enter('Columbia');
  await member.get('whoelse', {});
  const guest = await room.connect();
  for (let i = 0; i < 20; i += 1) guest.send({ action: 'broadcast', id: `${i}`, again: true, text: 'hello' });
  await member.get('whoelse', {});
  const isRefusal = ({ ok }: ReceivedFrame) => ok === false;
  // The room may close the connection after so many.
  for (let i = 0; i < mostRefusedOfGuests; i += 1) await guest.next(isRefusal);
  await guest.close();
  // Those that the rate limit does not refuse.
  const recording = room.local.calls.record();
  for (let i = 0; i < 3; i += 1) {
    const one = await room.connect();
    one.send({ action: 'broadcast', id: '0', again: true, text: 'hello' });
    expect(await one.next(isRefusal)).toMatchObject({ error: { code: 'not-logged-in' } });
    await one.close();
  }
  recording.stop();
  const ofGuests = recording.invocations.filter(({ trigger }) => trigger.detail === 'broadcast');
  expect(ofGuests).toHaveLength(3);
  // The fastest one: the machine may hold any of them up.
  expect(Math.min(...ofGuests.map(({ start, end }) => end - start))).toBeLessThan(repeatDelay);
  await member.close();
});

test('a member that keeps being refused is logged out', async () => {
  const member = await room.enter('Flooder');
  const other = await room.enter('Other');
  for (let i = 0; i < 1000; i += 1) member.send({ action: 'whoelse' });
  expect(await member.closed).toMatchObject({ code: 1000 });
  expect(await other.event('logout', { user: 'Flooder' })).toMatchObject({ reason: 'logout' });
  await other.close();
});
