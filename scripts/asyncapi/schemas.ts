import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { streamMessage } from '../../protocol/index.ts';
import { fieldDescriptions } from './descriptions.ts';

export type { JsonSchema };

export const schemaRef = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** The descriptions that have been asked for: one that never is describes nothing. */
const used = new Set<string>();

export const unusedDescriptions = (): string[] => Object.keys(fieldDescriptions).filter((name) => !used.has(name));

/** @throws if the field has none: what a client's author reads is complete. */
function descriptionOf(scopes: readonly string[], name: string): string {
  const keys = [...scopes.map((scope) => `${scope}.${name}`), name];
  const key = keys.find((one) => Object.hasOwn(fieldDescriptions, one));
  const description = key === undefined ? undefined : fieldDescriptions[key];
  if (key === undefined || description === undefined) throw new Error(`No description of ${keys.join(' or ')}.`);
  used.add(key);
  return description;
}

/** Gives every field its description; `scopes` are the names that may precede a field's, the closest first. */
function describe(schema: JsonSchema, scopes: readonly string[]): JsonSchema {
  if (!schema.properties) return schema;
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    if (typeof property === 'boolean') return [name, property];
    // A constant explains itself, unless something is said of just this one.
    if (property.const !== undefined && !scopes.some((scope) => Object.hasOwn(fieldDescriptions, `${scope}.${name}`))) {
      return [name, property];
    }
    return [name, { description: descriptionOf(scopes, name), ...describe(property, [name, ...scopes]) }];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

/**
 * A validator of the wire as JSON Schema, described. What JSON Schema cannot say (bytes of UTF-8, well-formed Unicode) the
 * descriptions do.
 */
export function describedSchema(schema: v.GenericSchema, scopes: readonly string[]): JsonSchema {
  const { $schema: _dialect, ...plain } = toJsonSchema(schema, {
    target: 'draft-07',
    errorMode: 'throw',
    ignoreActions: ['check', 'max_bytes'],
    overrideSchema: ({ valibotSchema }) => (valibotSchema === streamMessage ? schemaRef('streamMessage') : undefined),
  });
  return describe(plain, scopes);
}
