import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { streamMessage } from '../../protocol/index.ts';
import { fieldDescriptions } from './descriptions.ts';

export type { JsonSchema };

export const schemaRef = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** Descriptions by field name, or by path: `unread.inbox`. */
export type Descriptions = Readonly<Record<string, string>>;

/** The shared descriptions in use. The others are errors. */
const used = new Set<string>();

export const unusedDescriptions = (): string[] => Object.keys(fieldDescriptions).filter((name) => !used.has(name));

/** Adds a description to every field: its own, or the shared one of the closest scope. @throws if a field has no description. */
class Describer {
  readonly #own: Descriptions;
  readonly #scopes: readonly string[];
  readonly #ownUsed = new Set<string>();

  constructor(own: Descriptions, scopes: readonly string[]) {
    this.#own = own;
    this.#scopes = scopes;
  }

  describe(schema: JsonSchema, path: readonly string[] = []): JsonSchema {
    const { items } = schema;
    if (items && typeof items === 'object' && !Array.isArray(items))
      return { ...schema, items: this.describe(items, path) };
    if (!schema.properties) return schema;
    const properties = Object.entries(schema.properties).map(([name, property]) => {
      if (typeof property === 'boolean') return [name, property];
      const inner = [...path, name];
      const description = this.#find(inner);
      if (description === undefined) {
        if (property.const !== undefined) return [name, property];
        const missing = [...this.#scopes, ...inner].join('.');
        throw new Error(
          `No description of ${missing}. Add it to the command's docs or scripts/asyncapi/descriptions.ts.`,
        );
      }
      return [name, { description, ...this.describe(property, inner) }];
    });
    return { ...schema, properties: Object.fromEntries(properties) };
  }

  unused(): string[] {
    return Object.keys(this.#own).filter((name) => !this.#ownUsed.has(name));
  }

  #find(path: readonly string[]): string | undefined {
    const full = path.join('.');
    if (Object.hasOwn(this.#own, full)) {
      this.#ownUsed.add(full);
      return this.#own[full];
    }
    const name = path.at(-1) ?? '';
    const keys = [...this.#scopes.map((scope) => `${scope}.${name}`), name];
    const key = keys.find((one) => Object.hasOwn(fieldDescriptions, one));
    if (key === undefined) return undefined;
    used.add(key);
    return fieldDescriptions[key];
  }
}

/**
 * A validator of the wire as JSON Schema, with descriptions. JSON Schema cannot express some rules (bytes of UTF-8, well-formed
 * Unicode); the descriptions state them.
 *
 * @param scopes names that may precede a field's in the shared descriptions, the closest first
 * @param own descriptions of just this schema
 * @throws if a field has no description, or one of `own` describes nothing
 */
export function describedSchema(
  schema: v.GenericSchema,
  scopes: readonly string[],
  own: Descriptions = {},
): JsonSchema {
  const { $schema: _dialect, ...plain } = toJsonSchema(schema, {
    target: 'draft-07',
    errorMode: 'throw',
    ignoreActions: ['check', 'max_bytes'],
    overrideSchema: ({ valibotSchema }) => (valibotSchema === streamMessage ? schemaRef('streamMessage') : undefined),
  });
  const describer = new Describer(own, scopes);
  const described = describer.describe(plain);
  const unused = describer.unused();
  if (unused.length > 0) throw new Error(`There is no field ${unused.join(', ')} in ${scopes[0]}.`);
  return described;
}
