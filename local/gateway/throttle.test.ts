import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { baseResources, mockRoute } from '../fixtures/assembly.ts';
import { type Json, type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';
import { TokenBucket } from './throttle.ts';

test('a bucket gives its burst at once, refills at its rate, and never holds more than its burst', () => {
  let now = 0;
  const bucket = new TokenBucket({ rate: 10, burst: 3 }, () => now);
  const taken = (times: number) => Array.from({ length: times }, () => bucket.take());
  expect(taken(4)).toEqual([true, true, true, false]);
  now += 99;
  expect(taken(1)).toEqual([false]);
  now += 1;
  expect(taken(2)).toEqual([true, false]);
  now += 60_000;
  expect(taken(4)).toEqual([true, true, true, false]);
  // The machine's clock may be set back.
  now -= 1000;
  expect(taken(1)).toEqual([false]);
});

describe('a stage with throttles', () => {
  // The refill is so slow that no token arrives during the test, even on a busy machine.
  const rate = 0.001;
  const throttle = (burst: number) => ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst });
  let room: ProbeRoom;
  beforeAll(async () => {
    const { Stage } = baseResources;
    room = await startProbeRoom({
      ...mockRoute('ping', '{"pong":true}'),
      ...mockRoute('other', '{"other":true}'),
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: {
          ...Stage?.Properties,
          DefaultRouteSettings: throttle(3),
          RouteSettings: { ping: throttle(2) },
        },
      },
    });
  });
  afterAll(() => room.close());

  test('refuses excess requests of one route without a function, and does not limit the other routes', async () => {
    const client = await room.connect();
    const [{ connectionId } = { connectionId: '' }] = room.connections;
    const pings: Json[] = [];
    for (let i = 0; i < 3; i += 1) pings.push(await client.ask({ action: 'ping' }));
    expect(pings).toEqual([
      { pong: true },
      { pong: true },
      { message: 'Too Many Requests', connectionId, requestId: expect.any(String) },
    ]);
    const others: Json[] = [];
    for (let i = 0; i < 4; i += 1) others.push(await client.ask({ action: 'other' }));
    expect(others).toMatchObject([{ other: true }, { other: true }, { other: true }, { message: 'Too Many Requests' }]);
    // The client took the first of three tokens.
    for (let i = 0; i < 2; i += 1) await room.connect();
    await expect(room.connect()).rejects.toThrow('429');
  });
});
