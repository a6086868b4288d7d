import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type AnySchemaObject } from 'ajv';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type Action,
  actions,
  commands,
  isAction,
  parseRequest,
  parseResult,
  parseRoomFrame,
} from '../../protocol/index.ts';
import type { AsyncApiDocument } from './document.ts';

const committed = readFileSync(new URL('../../docs/asyncapi.yaml', import.meta.url), 'utf8');
const document: AsyncApiDocument = parse(committed);
const messages = Object.values(document.components.messages);

/** The official JSON Schema of AsyncAPI 3.0. */
const officialSchema: AnySchemaObject = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json');

const newAjv = () => formats.default(new Ajv({ strict: false, allErrors: true }));

const wire = newAjv().addSchema(document, 'wire');
const conforms = (pointer: string) => {
  const validate = wire.compile({ $ref: `wire#/components/${pointer}` });
  return (value: unknown) => validate(value) || validate.errors;
};

test('it is an AsyncAPI 3.0 document', () => {
  // The official file contains JSON Schema's meta-schema, which Ajv has already.
  const { 'http://json-schema.org/draft-07/schema': _known, ...definitions } = officialSchema['definitions'];
  const validate = newAjv().compile({ ...officialSchema, definitions });
  expect(validate(document) || validate.errors).toBe(true);
  expect(validate({ ...document, operations: { broken: { action: 'shout' } } })).toBe(false);
});

test('every reference has a target', () => {
  const references = [...committed.matchAll(/\$ref: "#\/(.*)"/g)].map(([, path = '']) => path);
  expect(references.length).toBeGreaterThan(100);
  const follow = (path: string) =>
    path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
  expect(references.filter((path) => follow(path) === undefined)).toEqual([]);
});

describe('an operation exists', () => {
  test.each(actions)('to send %s', (action) => {
    const operation = Object.values(document.operations).find((one) => one.action === 'send' && one.title === action);
    const reply = operation?.reply?.messages.map(({ $ref }) => $ref.split('/').at(-1));
    const expected = {
      response: [`${action}Reply`, `${action}Refusal`, 'gatewayError'],
      posted: [`${action}Reply`, `${action}Refusal`, 'gatewayError'],
      none: [`${action}Refusal`, 'gatewayError'],
      mock: ['pong', 'gatewayError'],
    }[commands[action].reply];
    expect(reply).toEqual(expected);
  });
});

describe('the example conforms to the document and is understood by the protocol', () => {
  const all = messages.flatMap(({ name, examples }) => examples.map(({ payload }) => [name, payload] as const));

  test.each(all)('%s %j', (name, payload) => {
    expect(conforms(`messages/${name}/payload`)(payload)).toBe(true);
    const frame = JSON.stringify(payload);
    if (name.endsWith('Request')) return expect(parseRequest(frame)).toMatchObject({ ok: true });
    const heard = parseRoomFrame(frame);
    expect(heard.kind).toBe(kindOf(name));
    if (heard.kind === 'reply' && isAction(heard.action)) expect(parseResult(heard.action, heard.result)).toBeDefined();
  });

  const kindOf = (name: string) => {
    if (name.endsWith('Reply')) return 'reply';
    if (name.endsWith('Refusal')) return 'refusal';
    if (name.endsWith('Event')) return 'event';
    return name === 'gatewayError' ? 'gateway-error' : name;
  };

  const shared = Object.entries(document.components.schemas);
  test.each(shared.flatMap(([name, { examples = [] }]) => examples.map((example) => [name, example] as const)))(
    '%s %j',
    (name, example) => expect(conforms(`schemas/${name}`)(example)).toBe(true),
  );
});

test('document and protocol accept the same requests', () => {
  const byAction = new Map<Action, (value: unknown) => unknown>(
    actions.map((action) => [action, conforms(`messages/${action}Request/payload`)]),
  );
  const names = [...new Set(actions.flatMap((action) => Object.keys(commands[action].request)))];
  const value = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.constantFrom('', 'inbox', 'room', '🦁'.repeat(64), '🦁'.repeat(65), 'x'.repeat(257)),
    fc.integer({ min: -1, max: 201 }),
    fc.constantFrom(0.5, 1e300, null, true, [], {}, ['room'], 2 ** 48, 2 ** 48 + 1),
  );
  const request = fc.constantFrom(...actions).chain((action) => {
    const own = Object.keys(commands[action].request);
    const some = fc.dictionary(
      fc.constantFrom('id', 'again', ...own, ...own, ...names, '__proto__', 'constructor'),
      value,
      {
        noNullPrototype: true,
      },
    );
    const plausible = fc.record(Object.fromEntries(own.map((name) => [name, fc.oneof(fc.string(), value)])));
    return fc.oneof(some, plausible).map((args) => ({ ...args, action }));
  });
  let accepted = 0;
  fc.assert(
    fc.property(request, (frame) => {
      const { ok } = parseRequest(JSON.stringify(frame));
      expect(byAction.get(frame.action)?.(frame) === true).toBe(ok);
      accepted += ok ? 1 : 0;
    }),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(500);
});
