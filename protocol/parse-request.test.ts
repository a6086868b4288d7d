import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actions, limits, parseRequest, parseRoomFrame, refusalFrame } from './index.ts';
import { anyFrame, callOf, maybeId } from './testing/arbitraries.ts';

const badFrame = (frame: string) => {
  const parsed = parseRequest(frame);
  if (parsed.ok) throw new Error(`Taken for a request: ${frame}`);
  return parsed.bad;
};

const half = '\\ud83d';

describe('a frame is refused', () => {
  test.each([
    // what                               frame                                                   code, action, field
    ['empty', '', 'bad-request', null, undefined],
    ['blank', ' ', 'bad-request', null, undefined],
    ['not JSON', '{"action":"ping"', 'bad-request', null, undefined],
    ['two objects', '{"action":"ping"}{"action":"ping"}', 'bad-request', null, undefined],
    ['a byte order mark', '\ufeff{"action":"ping"}', 'bad-request', null, undefined],
    ['a text', '"ping"', 'bad-request', null, undefined],
    ['a number', '7', 'bad-request', null, undefined],
    ['true', 'true', 'bad-request', null, undefined],
    ['null', 'null', 'bad-request', null, undefined],
    ['an array', '[{"action":"ping"}]', 'bad-request', null, undefined],
    ['no action', '{}', 'bad-request', null, 'action'],
    ['a null action', '{"action":null}', 'bad-request', null, 'action'],
    ['a number as action', '{"action":1}', 'bad-request', null, 'action'],
    ['an array as action', '{"action":["ping"]}', 'bad-request', null, 'action'],
    ['an object as action', '{"action":{"toString":"ping"}}', 'bad-request', null, 'action'],
    ['an inherited action', '{"__proto__":{"action":"ping"}}', 'bad-request', null, 'action'],
    ['an unknown action', '{"action":"dance"}', 'unknown-action', 'dance', undefined],
    ['an action in another case', '{"action":"Login"}', 'unknown-action', 'Login', undefined],
    ['an action with a space', '{"action":"ping "}', 'unknown-action', 'ping ', undefined],
    ['an empty action', '{"action":""}', 'unknown-action', '', undefined],
    ['constructor', '{"action":"constructor"}', 'unknown-action', 'constructor', undefined],
    ['__proto__', '{"action":"__proto__"}', 'unknown-action', '__proto__', undefined],
    ['hasOwnProperty', '{"action":"hasOwnProperty"}', 'unknown-action', 'hasOwnProperty', undefined],
    ['$connect', '{"action":"$connect"}', 'unknown-action', '$connect', undefined],
    ['$disconnect', '{"action":"$disconnect"}', 'unknown-action', '$disconnect', undefined],
    ['$default', '{"action":"$default"}', 'unknown-action', '$default', undefined],
    ['a missing argument', '{"action":"login","user":"x"}', 'bad-request', 'login', 'password'],
    ['a null argument', '{"action":"block","user":null}', 'bad-request', 'block', 'user'],
    ['a number for a text', '{"action":"block","user":1}', 'bad-request', 'block', 'user'],
    ['a text for a number', '{"action":"ack","inbox":"1"}', 'bad-request', 'ack', 'inbox'],
    ['a negative position', '{"action":"ack","inbox":-1}', 'bad-request', 'ack', 'inbox'],
    ['a fraction of a position', '{"action":"ack","room":0.5}', 'bad-request', 'ack', 'room'],
    ['a position beyond counting', '{"action":"ack","room":1e300}', 'bad-request', 'ack', 'room'],
    ['a null for what may be left out', '{"action":"sync","inbox":null}', 'bad-request', 'sync', 'inbox'],
    ['a page of none', '{"action":"sync","limit":0}', 'bad-request', 'sync', 'limit'],
    ['too large a page', '{"action":"sync","limit":201}', 'bad-request', 'sync', 'limit'],
    ['an unknown stream', '{"action":"history","stream":"inboxes"}', 'bad-request', 'history', 'stream'],
    ['no stream', '{"action":"history"}', 'bad-request', 'history', 'stream'],
    ['an empty text', '{"action":"broadcast","text":""}', 'bad-request', 'broadcast', 'text'],
    ['no recipient', '{"action":"message","to":"","text":"x"}', 'bad-request', 'message', 'to'],
    ['a field too many', '{"action":"whoelse","all":true}', 'bad-request', 'whoelse', 'all'],
    ['a field called constructor', '{"action":"whoelse","constructor":1}', 'bad-request', 'whoelse', 'constructor'],
    ['a field called __proto__', '{"action":"whoelse","__proto__":{"x":1}}', 'bad-request', 'whoelse', '__proto__'],
    ['half a character', `{"action":"broadcast","text":"a${half}"}`, 'bad-request', 'broadcast', 'text'],
    ['half a character in a name', `{"action":"block","user":"${half}"}`, 'bad-request', 'block', 'user'],
    [
      'half a character in a password',
      `{"action":"login","user":"x","password":"${half}"}`,
      'bad-request',
      'login',
      'password',
    ],
    ['a number as id', '{"action":"ping","id":1}', 'bad-request', 'ping', 'id'],
    ['a null as id', '{"action":"ping","id":null}', 'bad-request', 'ping', 'id'],
    ['half a character as id', `{"action":"ping","id":"${half}"}`, 'bad-request', 'ping', 'id'],
    ['too long an id', `{"action":"ping","id":"${'x'.repeat(65)}"}`, 'bad-request', 'ping', 'id'],
  ] as const)('%s', (_, frame, code, action, field) => {
    const bad = badFrame(frame);
    expect(bad).toMatchObject({ code, action });
    expect(bad.field).toBe(field);
    expect(bad.id).toBeUndefined();
  });

  test.each([
    ['a missing argument', '{"action":"login","id":"mine"}'],
    ['no action', '{"id":"mine"}'],
    ['an unknown action', '{"action":"dance","id":"mine"}'],
  ])('%s: the answer carries the id', (_, frame) => {
    expect(badFrame(frame).id).toBe('mine');
  });

  test('the refusal is short and well-formed', () => {
    const cutInTwo = `${'x'.repeat(63)}😀`;
    const bad = badFrame(JSON.stringify({ action: cutInTwo }));
    expect(bad.action).toBe(`${'x'.repeat(63)}\ufffd`);
    expect(badFrame(JSON.stringify({ action: 'whoelse', [cutInTwo]: 1 })).field).toBe(`${'x'.repeat(63)}\ufffd`);
    expect(badFrame(JSON.stringify({ action: 'history', stream: '😀'.repeat(500) })).message).not.toContain('😀');
  });
});

describe('a frame is accepted', () => {
  test.each([
    ['blanks around it', ' {"action" : "ping"} \n', {}],
    ['the longest id', `{"action":"ping","id":"${'x'.repeat(64)}"}`, {}],
    ['the longest id, of characters that UTF-16 makes two of', `{"action":"ping","id":"${'😀'.repeat(64)}"}`, {}],
    ['the last of two values', '{"action":"block","user":"a","user":"b"}', { user: 'b' }],
    ['a number in another spelling', '{"action":"ack","inbox":1.0e2}', { inbox: 100 }],
    ['no optional argument', '{"action":"sync"}', {}],
    ['an escaped character', '{"action":"broadcast","text":"\\ud83d\\ude00"}', { text: '😀' }],
  ])('with %s', (_, frame, args) => {
    expect(parseRequest(frame)).toMatchObject({ ok: true, request: { arguments: args } });
  });

  test('with a password at its limit of bytes, and refused beyond it', () => {
    const login = (password: string) => parseRequest(JSON.stringify({ action: 'login', user: 'x', password })).ok;
    expect(login('é'.repeat(limits.passwordBytes / 2))).toBe(true);
    expect(login(`${'é'.repeat(limits.passwordBytes / 2)}x`)).toBe(false);
  });

  test.each(actions)('%s is parsed without loss', (action) => {
    fc.assert(
      fc.property(callOf(action).request, maybeId, (args, id) => {
        const frame = JSON.stringify({ action, id, ...args });
        expect(parseRequest(frame)).toEqual({ ok: true, request: { action, id, again: false, arguments: args } });
      }),
    );
  });
});

/** The frame, parsed as JSON. */
function objectIn(frame: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

describe('any input', () => {
  test('10,000 random frames are each a request, or refused with an answer that a client understands', () => {
    const names: readonly string[] = actions;
    const seen = { request: 0, 'bad-request': 0, 'unknown-action': 0 };
    const check = (frame: string) => {
      const parsed = parseRequest(frame);
      const said = objectIn(frame);
      if (parsed.ok) {
        seen.request += 1;
        const { action, id, arguments: args } = parsed.request;
        expect({ action, ...(id !== undefined && { id }), ...args }).toEqual(said);
        return;
      }
      const { code, message, action, id, field } = parsed.bad;
      seen[code] += 1;
      // Valibot's own messages are meant for developers.
      expect(message).not.toMatch(/^[^:]*:? ?Invalid |Expected .* received /);
      const unknown = typeof said?.['action'] === 'string' && !names.includes(said['action']);
      expect(code).toBe(unknown ? 'unknown-action' : 'bad-request');
      if (id !== undefined) expect(id).toBe(said?.['id']);
      const answer = refusalFrame(action, id, code, message, field === undefined ? {} : { field });
      expect(Buffer.byteLength(answer)).toBeLessThan(8 * 1024);
      expect(answer).not.toMatch(/\\ud[89a-f]/i);
      expect(parseRoomFrame(answer)).toMatchObject({ kind: 'refusal', action, id, error: { code, message } });
    };
    fc.assert(fc.property(anyFrame, check), { numRuns: 10_000 });
    // Random nonsense alone would prove little.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(50);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each([
    ['brackets', '['.repeat(200_000)],
    ['balanced brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a deep argument', `{"action":"block","user":${'['.repeat(60_000)}${']'.repeat(60_000)}}`],
    ['a deep argument too many', `{"action":"ping","x":${'{"x":'.repeat(30_000)}1${'}'.repeat(30_000)}}`],
    ['the largest message there is', JSON.stringify({ action: 'block', user: 'x'.repeat(limits.frameBytes) })],
    ['as many fields', `{"action":"ping",${Array.from({ length: 20_000 }, (_, i) => `"${i}":0`).join(',')}}`],
    ['as many fields of one name', `{"action":"ping",${'"x":0,'.repeat(20_000)}"x":0}`],
  ])('%s', (_, frame) => {
    expect(badFrame(frame).code).toBe('bad-request');
  });
});
