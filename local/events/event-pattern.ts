import * as v from 'valibot';
import { RoomError } from '../errors.ts';

/** Whether an event matches a rule. */
export type EventPattern = (event: unknown) => boolean;

const value = v.union([v.string(), v.number(), v.boolean(), v.null()]);
const matcher = v.union([value, v.strictObject({ prefix: v.string() }), v.strictObject({ suffix: v.string() })]);
type Matcher = v.InferOutput<typeof matcher>;

/**
 * Reads an event pattern (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html). It supports exact values,
 * prefixes and suffixes.
 * @param place names the pattern in error messages.
 * @throws RoomError that names the unsupported part.
 */
export function readPattern(pattern: unknown, place: string): EventPattern {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) {
    throw new RoomError(`${place} is no event pattern`);
  }
  const fields = Object.entries(pattern).map(([name, content]) => {
    const test = Array.isArray(content)
      ? readLeaf(content, `${place}.${name}`)
      : readPattern(content, `${place}.${name}`);
    return { name, test };
  });
  return (event) =>
    typeof event === 'object' &&
    event !== null &&
    fields.every(({ name, test }) => Object.hasOwn(event, name) && test(Reflect.get(event, name)));
}

function readLeaf(alternatives: readonly unknown[], place: string): EventPattern {
  const matchers = alternatives.map((one) => {
    const parsed = v.safeParse(matcher, one);
    if (parsed.success) return parsed.output;
    throw new RoomError(`${place}: the event pattern ${JSON.stringify(one)} is not understood`);
  });
  // A list matches if one of its items does.
  return (field) => [field].flat().some((item) => matchers.some((one) => matches(one, item)));
}

function matches(one: Matcher, item: unknown): boolean {
  if (typeof one !== 'object' || one === null) return one === item;
  if (typeof item !== 'string') return false;
  return 'prefix' in one ? item.startsWith(one.prefix) : item.endsWith(one.suffix);
}
