import * as v from 'valibot';

/**
 * Parses a stored item or an event of AWS. The error names the attribute, and never its value: an item may hold a
 * password hash or a text, and every error reaches the log. Valibot's own error carries the whole input.
 * @param what begins the error's message.
 */
export function parseStored<S extends v.GenericSchema>(
  schema: S,
  item: unknown,
  what = 'a stored item',
): v.InferOutput<S> {
  const result = v.safeParse(schema, item);
  if (result.success) return result.output;
  const [{ path, expected }] = result.issues;
  // Only the first path segment is a name from the schema. Later ones may be keys of a record, which are data.
  const attribute = path?.[0].key;
  const where = attribute === undefined ? '' : `: ${String(attribute)}`;
  throw new Error(`${what} is not well-formed${where}${expected === null ? '' : `: ${expected} is expected`}`);
}
