import fc from 'fast-check';
import type * as v from 'valibot';

/** The parts of a valibot schema that the generator looks at. */
interface Inspected {
  readonly type: string;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown; readonly metadata?: unknown }[];
  readonly wrapped?: Inspected;
  readonly entries?: Readonly<Record<string, Inspected>>;
  readonly item?: Inspected;
  readonly key?: Inspected;
  readonly value?: Inspected;
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
}

/** Generates values that a schema of the wire accepts. @throws if the schema has a type that the wire does not use. */
export function arbitraryOf<S extends v.GenericSchema>(schema: S): fc.Arbitrary<v.InferOutput<S>> {
  // Valibot's types do not show what a schema is made of; the tests that parse the generated values check this.
  return of(schema as unknown as Inspected) as fc.Arbitrary<v.InferOutput<S>>;
}

function of(schema: Inspected): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'literal':
      return fc.constant(schema.literal);
    case 'picklist':
      return fc.constantFrom(...(schema.options ?? []));
    case 'variant':
      return fc.oneof(...((schema.options ?? []) as Inspected[]).map(of));
    case 'array':
      return fc.array(of(required(schema.item)), { maxLength: 5 });
    case 'record':
      // Valibot drops these keys.
      return fc.dictionary(
        textOf(required(schema.key)).filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key)),
        of(required(schema.value)),
        { noNullPrototype: true },
      );
    case 'object':
      return objectOf(schema.entries ?? {});
    default:
      throw new Error(`The wire has no schemas of type ${schema.type}.`);
  }
}

function required<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('a part of the schema is missing');
  return part;
}

/** An object with all required entries and some of the optional ones. */
function objectOf(entries: Readonly<Record<string, Inspected>>): fc.Arbitrary<Record<string, unknown>> {
  const isOptional = ({ type }: Inspected) => type === 'optional' || type === 'exact_optional';
  const values = Object.entries(entries).map(([name, schema]) => [
    name,
    of(required(isOptional(schema) ? schema.wrapped : schema)),
  ]);
  const requiredKeys = Object.keys(entries).filter((name) => !isOptional(required(entries[name])));
  return fc.record(Object.fromEntries(values), { requiredKeys });
}

/** The requirement of an action in a schema's pipe, such as `min_length`. */
const requirementOf = ({ pipe = [] }: Inspected, type: string) =>
  pipe.find((action) => action.type === type)?.requirement;
const limitOf = (schema: Inspected, type: string) => {
  const limit = requirementOf(schema, type);
  return typeof limit === 'number' ? limit : undefined;
};

const time = fc
  .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((at) => at.toISOString());

/** Any well-formed text of every plane of Unicode, within the schema's limits of characters and bytes. */
function textOf(schema: Inspected): fc.Arbitrary<string> {
  const pattern = requirementOf(schema, 'regex');
  if (pattern instanceof RegExp) return fc.stringMatching(pattern);
  if (requirementOf(schema, 'iso_timestamp')) return time;
  const metadata = schema.pipe?.find(({ type }) => type === 'metadata')?.metadata as { maxLength?: number } | undefined;
  const maxBytes = limitOf(schema, 'max_bytes') ?? Number.POSITIVE_INFINITY;
  const maxLength = metadata?.maxLength ?? Math.min(maxBytes / 4, 500);
  return fc
    .string({ unit: 'grapheme', minLength: limitOf(schema, 'min_length') ?? 0, maxLength })
    .filter((text) => [...text].length <= maxLength && Buffer.byteLength(text) <= maxBytes);
}

function numberOf(schema: Inspected): fc.Arbitrary<number> {
  const min = limitOf(schema, 'min_value') ?? 0;
  const max = limitOf(schema, 'max_value') ?? 2 ** 31 - 1;
  return fc.integer({ min, max });
}
