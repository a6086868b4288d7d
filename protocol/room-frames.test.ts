import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actions,
  type EventName,
  eventFrame,
  events,
  parseResult,
  parseRoomFrame,
  type RefusalCode,
  refusalFrame,
  refusals,
  replyFrame,
} from './index.ts';
import { anyRoomFrame, callOf, eventOf, maybeId, refusalDetails } from './testing/arbitraries.ts';

const eventNames = Object.keys(events) as EventName[];
const codes = Object.keys(refusals) as RefusalCode[];

/** The same frame from a newer room. */
const newer = (frame: string) => JSON.stringify({ ...JSON.parse(frame), since: { version: 2 } });

describe('a frame of the room is parsed without loss:', () => {
  test.each(actions)('the reply to %s', (action) => {
    fc.assert(
      fc.property(callOf(action).result, maybeId, (result, id) => {
        const frame = replyFrame(action, id, result);
        expect(parseRoomFrame(frame)).toEqual({ kind: 'reply', action, id, result });
        const heard = parseRoomFrame(newer(frame));
        expect(heard.kind === 'reply' && parseResult(action, heard.result)).toEqual(result);
      }),
    );
  });

  test.each(eventNames)('the event %s', (name) => {
    fc.assert(
      fc.property(eventOf(name), (event) => {
        const frame = eventFrame(event);
        expect(parseRoomFrame(frame)).toEqual({ kind: 'event', event });
        expect(parseRoomFrame(newer(frame))).toEqual({ kind: 'event', event });
      }),
    );
  });

  test('refusals of every code, with any details', () => {
    const action = fc.option(fc.constantFrom(...actions));
    fc.assert(
      fc.property(action, maybeId, fc.constantFrom(...codes), refusalDetails, (one, id, code, details) => {
        const frame = refusalFrame(one, id, code, undefined, details);
        const error = { code, message: refusals[code], ...details };
        expect(parseRoomFrame(frame)).toEqual({ kind: 'refusal', action: one, id, error });
      }),
    );
  });

  test('a reply has no id unless the request had one', () => {
    expect(replyFrame('logout', undefined, {})).toBe('{"type":"reply","action":"logout","ok":true}');
    expect(replyFrame('logout', '', {})).toBe('{"type":"reply","action":"logout","id":"","ok":true}');
    expect(JSON.parse(refusalFrame(null, undefined, 'bad-request'))).not.toHaveProperty('id');
  });

  test.each(['Internal server error', 'Forbidden', 'Endpoint request timed out'])("API Gateway's own %s", (message) => {
    const frame = JSON.stringify({ message, connectionId: 'PJqB0fHsqRcCHlw=', requestId: 'PJqCHF6bKjQFhZQ=' });
    expect(parseRoomFrame(frame)).toEqual({ kind: 'gateway-error', message, requestId: 'PJqCHF6bKjQFhZQ=' });
  });

  test('a pong', () => {
    expect(parseRoomFrame('{"type":"pong"}')).toEqual({ kind: 'pong' });
  });
});

describe('a client ignores', () => {
  test.each([
    ['an empty frame', ''],
    ['no JSON', 'Internal server error'],
    ['an array', '[{"type":"pong"}]'],
    ['an inherited type', '{"__proto__":{"type":"pong"}}'],
    ['an event it does not know', '{"type":"event","event":"dance"}'],
    ['a property of every object', '{"type":"event","event":"constructor"}'],
    ['the prototype', '{"type":"event","event":"__proto__"}'],
    ['an event that lacks a field', '{"type":"event","event":"login"}'],
    ['an event with a field of another type', '{"type":"event","event":"timeout","seconds":"9"}'],
    ['an event of another stream', '{"type":"event","event":"hidden","stream":"inbox","seq":1}'],
    ['a fractional number', '{"type":"event","event":"hidden","stream":"room","seq":1.5}'],
    ['an unknown reason', '{"type":"event","event":"logout","user":"x","reason":"bored"}'],
    ['a reply to nothing', '{"type":"reply","action":null,"ok":true}'],
    ['a reply without `ok`', '{"type":"reply","action":"logout"}'],
    ['a refusal without an error', '{"type":"reply","action":"logout","ok":false}'],
    ['a refusal without a code', '{"type":"reply","action":"logout","ok":false,"error":{"message":"no"}}'],
    [
      'a refusal with a detail of another type',
      '{"type":"reply","action":"login","ok":false,"error":{"code":"wrong-password","message":"no","triesLeft":"\\u001b[2J"}}',
    ],
    ['a gateway error without its ids', '{"message":"Forbidden"}'],
  ])('%s', (_, frame) => {
    expect(parseRoomFrame(frame)).toEqual({ kind: 'unknown' });
  });

  test.each([
    ['whoelse', { users: ['x'] }],
    ['whoelse', { users: ['x', 1], total: 2 }],
    ['whoelse', { users: 'x', total: 1 }],
    ['login', { user: 'x', token: 't', timeOut: 1, unread: { inbox: 1 } }],
    ['login', JSON.parse('{"__proto__":{"user":"x","token":"t","timeOut":1,"unread":{"inbox":1,"room":1}}}')],
    ['message', { delivery: 'lost', seq: 1, sentAt: '2026-11-23T10:00:00Z' }],
    ['message', { delivery: 'stored', seq: 1, sentAt: 'noon' }],
    ['message', { delivery: 'stored', seq: 1, sentAt: '2026-11-23T10:00:00+02:00' }],
    ['sync', { messages: [{ type: 'event', event: 'login', user: 'x' }], upTo: { inbox: 0, room: 0 }, more: false }],
  ] as const)('a reply to %s that holds %j', (action, result) => {
    expect(parseResult(action, result)).toBeUndefined();
  });
});

test('10,000 random frames never throw, and are parsed without loss', () => {
  const seen = new Map<string, number>();
  const check = (frame: string) => {
    const heard = parseRoomFrame(frame);
    seen.set(heard.kind, (seen.get(heard.kind) ?? 0) + 1);
    if (heard.kind === 'unknown') return;
    const said = JSON.parse(frame);
    if (heard.kind === 'event') expect(said).toMatchObject(heard.event);
    if (heard.kind === 'refusal') expect(said.error).toMatchObject(heard.error);
    if (heard.kind === 'reply') {
      expect(said).toMatchObject({ type: 'reply', ok: true, action: heard.action });
      for (const action of actions) parseResult(action, heard.result);
    }
  };
  fc.assert(fc.property(anyRoomFrame, check), { numRuns: 10_000 });
  expect(new Set(seen.keys())).toContain('unknown');
  expect(seen.get('pong')).toBeGreaterThan(50);
  expect(Object.keys(Object.prototype)).toEqual([]);
});
