import * as v from 'valibot';
import { RoomError } from '../errors.ts';
import type { Resource, Template } from './template.ts';

/**
 * Resolves and validates the named properties of a resource. Ignores the others.
 * @throws RoomError that names the resource and the invalid property.
 */
export function readProperties<const E extends v.ObjectEntries>(
  template: Template,
  logicalId: string,
  resource: Resource,
  entries: E,
): v.InferOutput<v.ObjectSchema<E, undefined>> {
  const wanted = Object.entries(resource.Properties ?? {}).filter(([name]) => Object.hasOwn(entries, name));
  const resolved = Object.fromEntries(wanted.map(([name, value]) => [name, template.resolve(value)]));
  const result = v.safeParse(v.object(entries), resolved);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new RoomError(
    `${logicalId} (${resource.Type}) is not understood: ${v.getDotPath(issue) ?? 'properties'}: ${issue.message}`,
  );
}
